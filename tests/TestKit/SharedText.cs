namespace FunctionsEval.TestKit;

/// <summary>Text that one thread writes while another reads what is there so far.</summary>
public sealed class SharedText : StringWriter
{
    private readonly Lock _lock = new();

    public override void Write(char value)
    {
        lock (_lock)
        {
            base.Write(value);
        }
    }

    public override void Write(char[] buffer, int index, int count)
    {
        lock (_lock)
        {
            base.Write(buffer, index, count);
        }
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_lock)
        {
            base.Write(buffer);
        }
    }

    public override void Write(string? value)
    {
        lock (_lock)
        {
            base.Write(value);
        }
    }

    // In one piece, so that lines of several threads do not run into each other.
    public override void WriteLine(string? value) => Write(value + NewLine);

    public override string ToString()
    {
        lock (_lock)
        {
            return base.ToString();
        }
    }
}

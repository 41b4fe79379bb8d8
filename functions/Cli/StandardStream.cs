using System.Text;

namespace FunctionsEval.Cli;

/// <summary>
/// Standard output or standard error, which a caller may have closed (`>&amp;-`). The runtime then opens other files under its number, and
/// reports that access to a path is denied.
/// </summary>
/// <param name="isNeeded">Whether a write that fails is an error: a result must be seen, progress and messages need not.</param>
internal sealed class StandardStream(string name, TextWriter stream, bool isNeeded) : TextWriter
{
    public override Encoding Encoding => stream.Encoding;

    public override void Write(char value) => Try(() => stream.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => stream.Write(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => Try(() => stream.Write(value));

    public override void WriteLine(string? value) => Try(() => stream.WriteLine(value));

    public override void Flush() => Try(stream.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (UnauthorizedAccessException exception)
        {
            if (isNeeded)
            {
                throw new IOException($"{name} cannot be written: it is closed.", exception);
            }
        }
        catch (IOException) when (!isNeeded)
        {
            // Nobody can be told that nobody listens.
        }
    }
}

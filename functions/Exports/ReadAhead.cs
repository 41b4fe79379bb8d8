using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FunctionsEval.Exports;

/// <summary>Reads on while what has been read is written: two processors share the work, and memory holds a few hundred entries.</summary>
internal static class ReadAhead
{
    // Handed over one by one, entries would cost more waking and waiting than reading.
    private const int EntriesTogether = 128;
    private const int HandedOverAhead = 4;

    public static async IAsyncEnumerable<T> Of<T>(IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<List<T>>(new BoundedChannelOptions(HandedOverAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAsync(source, channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                while (channel.Reader.TryRead(out var entries))
                {
                    foreach (var entry in entries)
                    {
                        yield return entry;
                    }
                }
            }
        }
        finally
        {
            // Who stops before the end, as at a full disk, leaves a reader behind that waits for room.
            await stop.CancelAsync();
            await reading;
        }
    }

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> source, ChannelWriter<List<T>> writer, CancellationToken cancellationToken)
    {
        try
        {
            var entries = new List<T>(EntriesTogether);
            await foreach (var entry in source.WithCancellation(cancellationToken))
            {
                entries.Add(entry);
                if (entries.Count == EntriesTogether)
                {
                    await writer.WriteAsync(entries, cancellationToken);
                    entries = new List<T>(EntriesTogether);
                }
            }

            await writer.WriteAsync(entries, cancellationToken);
            writer.Complete();
        }
        catch (Exception exception)
        {
            // Thrown again where the entries are read.
            writer.Complete(exception);
        }
    }
}

using System.Buffers;
using System.Text;

namespace FunctionsEval.Storage;

/// <summary>The limits of Storage Queues, enforced alike by every backend.</summary>
internal static class QueueRules
{
    public const int BytesPerMessage = 48 * 1024;
    public const int MessagesPerReceive = 32;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly TimeSpan LongestHidden = TimeSpan.FromDays(7);

    public static void CheckQueue(string queue)
    {
        if (queue.Length is < 3 or > 63 || queue.AsSpan().ContainsAnyExcept(NameCharacters) || queue[0] == '-' || queue[^1] == '-' ||
            queue.Contains("--", StringComparison.Ordinal))
        {
            throw new ArgumentException($"Queue '{queue}': a queue name is 3 to 63 lower-case letters, digits and single inner hyphens.", nameof(queue));
        }
    }

    public static void CheckText(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) is > BytesPerMessage and var bytes)
        {
            throw new ArgumentException($"The message has {bytes} bytes; a message may have {BytesPerMessage} (64 KiB once in base64).", nameof(text));
        }
    }

    public static void CheckCount(int maxMessages)
    {
        if (maxMessages is < 1 or > MessagesPerReceive)
        {
            throw new ArgumentException($"maxMessages {maxMessages}: 1 to {MessagesPerReceive} messages are taken at a time.", nameof(maxMessages));
        }
    }

    public static void CheckHidden(string name, TimeSpan hidden, TimeSpan shortest)
    {
        if (hidden < shortest || hidden > LongestHidden)
        {
            throw new ArgumentException($"{name} {hidden}: a message is hidden for {shortest.TotalSeconds:0} seconds to 7 days.", name);
        }
    }
}

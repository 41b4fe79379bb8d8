using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsEval.Evaluation.Judging;

/// <summary>
/// Texts of others inside a prompt. Each stands between two lines that carry a key, and the key occurs in none of the texts, so that no text can end
/// its block or open another. The key is made of the texts: the same question is the same prompt, to the letter.
/// </summary>
public sealed class DataBlocks
{
    private const int KeyLength = 12;

    /// <param name="texts">All that will stand in blocks.</param>
    public DataBlocks(IEnumerable<string> texts)
    {
        var all = texts.ToList();
        Key = Enumerable.Range(0, int.MaxValue).Select(round => KeyOf(all, round)).First(key => !all.Exists(text => text.Contains(key, StringComparison.OrdinalIgnoreCase)));
    }

    public string Key { get; }

    /// <param name="name">One of ours.</param>
    public string Of(string name, string text) => $"{Begin(name)}\n{text}\n{End(name)}";

    public string Begin(string name) => $"<{name} {Key}>";

    public string End(string name) => $"</{name} {Key}>";

    private static string KeyOf(List<string> texts, int round)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, round);
        hash.AppendData(number);
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(number, bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..KeyLength];
    }
}

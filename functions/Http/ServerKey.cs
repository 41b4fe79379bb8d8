using System.Security.Cryptography;
using System.Text;

namespace FunctionsEval.Http;

/// <summary>FUNCTIONSEVAL_API_KEY. It is compared by its hash, in constant time, so that neither length nor content can be measured.</summary>
internal sealed class ServerKey(string key)
{
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));

    public bool Is(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _hash);

    /// <summary>Proof that whoever made the text knows the key; another text or key gives another one.</summary>
    public string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text)));

    public bool Signed(string text, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(text)), Encoding.UTF8.GetBytes(signature));
}

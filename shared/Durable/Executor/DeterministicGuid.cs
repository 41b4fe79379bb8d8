using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsEval.Durable.Executor;

/// <summary>Name-based Guid, version 5: SHA-1 over namespace and name. RFC 9562, section 5.5.</summary>
internal static class DeterministicGuid
{
    /// <summary>The namespace that the Durable SDK uses. Unlike there the execution is in the name too: two executions may share a time.</summary>
    private static readonly Guid OrchestrationNamespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    public static Guid Create(string instanceId, string? executionId, DateTime currentUtc, int counter)
    {
        var name = $"{instanceId}_{executionId}_{currentUtc:o}_{counter}";
        var bytes = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        OrchestrationNamespace.TryWriteBytes(bytes, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(16));

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing here is a secret.
        SHA1.HashData(bytes, hash);
#pragma warning restore CA5350
        var version = BinaryPrimitives.ReadUInt16BigEndian(hash[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(hash[6..], (ushort)((version & 0x0FFF) | 0x5000));
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}

using System.Buffers.Binary;

namespace FunctionsEval.Evaluation.Prompts;

/// <summary>What the first bytes of an image say of it.</summary>
public readonly record struct ImageHeader(string MediaType, int Width, int Height)
{
    /// <summary>The media types that every vendor with images takes.</summary>
    public const string Known = "PNG, JPEG, GIF, WebP";

    /// <summary>Null where the content is none of <see cref="Known"/>, or broken off before its size.</summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> content) => content switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, ..] when content.Length >= 24 => Sized("image/png", BigEndian(content[16..]), BigEndian(content[20..])),
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', _, (byte)'a', ..] when content.Length >= 10 => Sized("image/gif", Short(content[6..]), Short(content[8..])),
        [0xFF, 0xD8, 0xFF, ..] => Jpeg(content),
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] when content.Length >= 30 => WebP(content),
        _ => null,
    };

    /// <summary>A JPEG is a row of segments; a frame's (SOF0 to SOF15, but for three that are tables) has the size.</summary>
    private static ImageHeader? Jpeg(ReadOnlySpan<byte> content)
    {
        for (var at = 2; at + 9 <= content.Length;)
        {
            if (content[at] != 0xFF)
            {
                return null;
            }

            var marker = content[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return Sized("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(content[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(content[(at + 5)..]));
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(content[(at + 2)..]);
        }

        return null;
    }

    // Three kinds of first chunk, each with the size in its own place (RFC 9649).
    private static ImageHeader? WebP(ReadOnlySpan<byte> content) => content[15] switch
    {
        (byte)' ' => Sized("image/webp", Short(content[26..]) & 0x3FFF, Short(content[28..]) & 0x3FFF),
        (byte)'L' when BinaryPrimitives.ReadUInt32LittleEndian(content[21..]) is var bits => Sized("image/webp", 1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF)),
        (byte)'X' => Sized("image/webp", 1 + ThreeBytes(content[24..]), 1 + ThreeBytes(content[27..])),
        _ => null,
    };

    private static ImageHeader? Sized(string mediaType, int width, int height) => width > 0 && height > 0 ? new ImageHeader(mediaType, width, height) : null;

    private static int BigEndian(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes);

    private static int Short(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static int ThreeBytes(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}

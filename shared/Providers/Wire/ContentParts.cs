using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace FunctionsEval.Providers.Wire;

/// <summary>How vendors write messages that may hold images in JSON.</summary>
internal static class ContentParts
{
    /// <summary>The content of a message: its text alone, or a list of its images and the text behind them.</summary>
    /// <param name="textType">What the vendor calls a part that is text. A blank one is left out, because vendors refuse it.</param>
    /// <param name="writeImage">Writes one part.</param>
    public static void WriteContent(this Utf8JsonWriter json, ChatMessage message, ReadOnlySpan<byte> textType, Action<Utf8JsonWriter, ChatImage> writeImage)
    {
        if (message.Images is not { Count: > 0 } images)
        {
            json.WriteString("content"u8, message.Text);
            return;
        }

        json.WriteStartArray("content"u8);
        foreach (var image in images)
        {
            writeImage(json, image);
        }

        if (!string.IsNullOrWhiteSpace(message.Text))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, textType);
            json.WriteString("text"u8, message.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Where the image is: its URL, or one that holds its content (RFC 2397).</summary>
    public static void WriteUrl(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ChatImage image)
    {
        if (image.Url is { } url)
        {
            json.WriteString(name, url);
            return;
        }

        var head = Encoding.ASCII.GetBytes($"data:{image.MediaType};base64,");
        var text = new byte[head.Length + Base64.GetMaxEncodedToUtf8Length(image.Content.Length)];
        head.CopyTo(text, 0);
        Base64.EncodeToUtf8(image.Content.Span, text.AsSpan(head.Length), out _, out var written);
        json.WriteString(name, text.AsSpan(0, head.Length + written));
    }

    /// <summary>The bytes that a body needs for its images.</summary>
    public static int SizeOf(ChatMessage message) => message.Images?.Sum(image => 256 + Base64.GetMaxEncodedToUtf8Length(image.Content.Length) + (image.Url?.Length ?? 0)) ?? 0;
}

using System.Globalization;
using System.Text.Json.Serialization;

namespace FunctionsEval.Evaluation.Prompts;

/// <summary>An image that goes with a message: a URL that the vendor loads, or a file, whose content is known by its digest.</summary>
/// <param name="Name">The name of the file, or the URL.</param>
/// <param name="Digest">SHA-256 of the content in hexadecimal; null for a URL.</param>
/// <param name="MediaType">Null for a URL, of which nothing else is known either.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public sealed record PromptImage(string Name, string? Digest = null, string? MediaType = null, int Bytes = 0, int Width = 0, int Height = 0)
{
    [JsonIgnore]
    public bool IsUrl => Digest is null;

    /// <summary>What stands for it wherever a conversation is shown or kept as text.</summary>
    [JsonIgnore]
    public string Label => IsUrl ? $"[image {Name}]" : string.Create(CultureInfo.InvariantCulture, $"[image {Name}, {Width}x{Height}]");
}

/// <summary>Reads the images that a definition names by their paths.</summary>
public interface IImageFiles
{
    /// <exception cref="ImageException">There is none, or it is none that vendors take.</exception>
    PromptImage Read(string path);
}

/// <summary>An image cannot be used; the message goes on from "the image ...".</summary>
public sealed class ImageException(string message) : Exception(message);

/// <summary>What the images of a definition ask of the vendors of its models.</summary>
/// <param name="Files">Some are sent as their content.</param>
/// <param name="Urls">Some are sent as URLs.</param>
public readonly record struct ImageUse(bool Files, bool Urls)
{
    public static ImageUse Of(IEnumerable<PromptImage> images)
    {
        var (files, urls) = (false, false);
        foreach (var image in images)
        {
            (files, urls) = (files || !image.IsUrl, urls || image.IsUrl);
        }

        return new ImageUse(files, urls);
    }
}

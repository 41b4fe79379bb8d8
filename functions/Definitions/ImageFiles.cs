using System.Globalization;
using System.Security.Cryptography;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Definitions;

/// <summary>Images that are files beside a definition. Only the command line reads them, never a request. Remembers which it read, each once.</summary>
/// <param name="folder">Where relative paths begin.</param>
internal sealed class ImageFiles(string folder) : IImageFiles
{
    /// <summary>The least of what vendors take.</summary>
    public const int MaxBytes = 5 * 1024 * 1024;

    private readonly Dictionary<string, PromptImage> _read = new(StringComparer.Ordinal);

    /// <summary>All that were read, each content once, with its file.</summary>
    public IEnumerable<(PromptImage Image, string File)> Read() => _read.DistinctBy(entry => entry.Value.Digest).Select(entry => (entry.Value, entry.Key));

    public PromptImage Read(string path)
    {
        var file = Path.GetFullPath(Path.Combine(folder, path));
        if (_read.TryGetValue(file, out var known))
        {
            return known;
        }

        var content = Content(file, $"'{path}'");
        var header = ImageHeader.Read(content)
            ?? throw new ImageException($"'{path}' is no image that models take ({ImageHeader.Known}), whatever its name ends with.");
        return _read[file] = new PromptImage(Path.GetFileName(file), DigestOf(content), header.MediaType, content.Length, header.Width, header.Height);
    }

    public static string DigestOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <exception cref="ImageException">There is nothing to read, or too much.</exception>
    public static byte[] Content(string file, string shown)
    {
        if (RegularFile.Problem(file) is { } none)
        {
            throw new ImageException($"{shown} {none}.");
        }

        if (new FileInfo(file).Length is var length && length > MaxBytes)
        {
            throw new ImageException(string.Create(CultureInfo.InvariantCulture, $"{shown} must be at most {MaxBytes / 1024 / 1024} MiB long, but has {length:N0} bytes."));
        }

        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ImageException($"{shown} cannot be read: {problem.Message}");
        }
    }
}

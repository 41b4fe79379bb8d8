using System.Globalization;
using System.Text.Json;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Parsing;

/// <summary>Reads the field <c>image</c> of scenarios and messages: one path or URL, or a list of them, each a template over the scenario's variables.</summary>
/// <param name="files">Null where no file may be read.</param>
internal sealed class ImageParser(IImageFiles? files)
{
    public const int MaxImages = 20;
    private const int MaxStoredBytes = 5 * 1024 * 1024;

    private static readonly TextRule Path = new(2_000, OneLine: true);

    /// <summary>Null where there is none, with complaints where one cannot be used.</summary>
    public List<PromptImage>? Parse(FieldReader fields, IReadOnlyDictionary<string, JsonElement>? vars)
    {
        if (fields.Take("image") is not { } given)
        {
            return Stored(fields);
        }

        var field = fields.PathOf("image");
        IReadOnlyList<SourceNode> nodes = given is SourceNode.Sequence list ? list.Items : [given];
        if (nodes.Count > MaxImages)
        {
            fields.Fail("image", $"{field} must list at most {MaxImages} images, but lists {nodes.Count}.");
            return null;
        }

        var images = new List<PromptImage>();
        foreach (var (index, node) in nodes.Index())
        {
            var path = given is SourceNode.Sequence ? string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]") : field;
            if (fields.Text(node, path, Path) is not { } text)
            {
                continue;
            }

            try
            {
                images.Add(Read(vars is null && !LiquidText.HasMarkup(text) ? text : LiquidText.Render(text, vars ?? new Dictionary<string, JsonElement>())));
            }
            catch (TemplateException problem)
            {
                fields.Fail(node, path, $"{path} {problem.Message}{(problem.Variable is null ? "" : ", which the scenario does not have")}.");
            }
            catch (ImageException problem)
            {
                fields.Fail(node, path, $"{path}: the image {problem.Message}");
            }
        }

        return images.Count == 0 ? null : images;
    }

    /// <summary>Images as the canonical JSON of a stored definition has them: a page offers that to be changed. Their content is in the store already.</summary>
    private static List<PromptImage>? Stored(FieldReader fields)
    {
        if (fields.List("images") is not { } nodes)
        {
            return null;
        }

        var images = new List<PromptImage>();
        foreach (var (index, node) in nodes.Take(MaxImages).Index())
        {
            if (fields.Inner(node, string.Create(CultureInfo.InvariantCulture, $"{fields.PathOf("images")}[{index}]")) is not { } image)
            {
                continue;
            }

            var name = image.Text("name", Path, required: true) ?? "";
            var digest = image.Text("digest", TextRule.Id);
            var mediaType = image.Text("mediaType", TextRule.Id);
            var (bytes, width, height) = (image.Integer("bytes", 1, int.MaxValue), image.Integer("width", 1, int.MaxValue), image.Integer("height", 1, int.MaxValue));
            image.RejectUnknown();
            if (digest is null)
            {
                images.Add(new PromptImage(name));
            }
            else if (digest.Length != 64 || digest.Any(unit => !char.IsAsciiHexDigitLower(unit)) || mediaType is null || bytes is null or > MaxStoredBytes || width is null || height is null)
            {
                image.Fail("digest", $"{image.PathOf("digest")} must be the SHA-256 of an image with its mediaType, bytes, width and height; write image: PATH or URL instead.");
            }
            else
            {
                images.Add(new PromptImage(name, digest, mediaType, bytes.Value, width.Value, height.Value));
            }
        }

        return images.Count == 0 ? null : images;
    }

    private PromptImage Read(string image)
    {
        if (!image.Contains("://", StringComparison.Ordinal) && !image.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return string.IsNullOrWhiteSpace(image) ? throw new ImageException("is blank: its template gives no path.")
                : files is null ? throw new ImageException($"{Wording.Shorten(image)} is a file, which only the command line reads: give an http or https URL.")
                : files.Read(image);
        }

        if (!Uri.TryCreate(image, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new ImageException($"{Wording.Shorten(image)} must be a path or an http or https URL.");
        }

        return url.UserInfo.Length == 0
            ? new PromptImage(image)
            : throw new ImageException($"at {url.Host} has a user name or a password in its URL, which would be sent to the vendor and stored.");
    }
}

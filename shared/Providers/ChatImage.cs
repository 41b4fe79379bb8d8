namespace FunctionsEval.Providers;

/// <summary>An image in front of the text of a user's message: its content, or a URL that the vendor loads.</summary>
/// <param name="Url">Null where the content is given.</param>
/// <param name="Width">In pixels; 0 is unknown.</param>
/// <param name="Height">In pixels; 0 is unknown.</param>
public sealed record ChatImage(string? Url, string? MediaType = null, ReadOnlyMemory<byte> Content = default, int Width = 0, int Height = 0);

using System.Globalization;
using System.Text.RegularExpressions;
using FunctionsEval.Pages;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>Every colour that text has, on every ground that it stands on, in both schemes: WCAG 2.2, success criterion 1.4.3, level AA.</summary>
public sealed partial class Colours_of_pages
{
    private static readonly Lazy<Dictionary<string, string[]>> Tokens = new(ReadTokens);

    public static TheoryData<string, string> TextOnGround
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var ground in new[] { "bg", "panel", "sunk" })
            {
                foreach (var text in new[] { "ink", "soft", "accent", "good", "bad", "equal", "open" })
                {
                    pairs.Add(text, ground);
                }
            }

            pairs.Add("on-accent", "accent");
            pairs.Add("ink", "ins");
            pairs.Add("ink", "del");
            pairs.Add("ink", "band");
            pairs.Add("bg", "ink");
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(TextOnGround))]
    public void Text_stands_out_from_its_ground_in_the_light_and_in_the_dark(string text, string ground)
    {
        for (var scheme = 0; scheme < 2; scheme++)
        {
            var contrast = Contrast(Luminance(Tokens.Value[text][scheme]), Luminance(Tokens.Value[ground][scheme]));
            Assert.True(contrast >= 4.5, $"{text} on {ground} has a contrast of {contrast:0.00} {(scheme == 0 ? "in the light" : "in the dark")}, below 4.5.");
        }
    }

    private static double Contrast(double one, double other) => (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);

    // WCAG 2.2, "relative luminance", of sRGB.
    private static double Luminance(string colour)
    {
        var digits = colour.Length == 4 ? string.Concat(colour[1..].Select(digit => $"{digit}{digit}")) : colour[1..];
        var parts = Enumerable.Range(0, 3).Select(part => int.Parse(digits.AsSpan(2 * part, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(value => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4)).ToList();
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    private static Dictionary<string, string[]> ReadTokens()
    {
        using var stream = typeof(Show).Assembly.GetManifestResourceStream("FunctionsEval.Pages.pages.css")!;
        using var reader = new StreamReader(stream);
        return TokenPattern().Matches(reader.ReadToEnd()).ToDictionary(token => token.Groups[1].Value, token => new[] { token.Groups[2].Value, token.Groups[3].Value }, StringComparer.Ordinal);
    }

    [GeneratedRegex("--([a-z-]+): light-dark\\((#[0-9a-f]+), (#[0-9a-f]+)\\)")]
    private static partial Regex TokenPattern();
}

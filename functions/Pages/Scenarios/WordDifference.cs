using DiffPlex;
using DiffPlex.Chunkers;

namespace FunctionsEval.Pages.Scenarios;

/// <summary>A piece of a text: the same as in the text that it is compared with, only in this one, or only in the other.</summary>
public sealed record TextPart(string Text, PartOf In);

/// <summary>Where a piece of text stands.</summary>
public enum PartOf
{
    Both,
    This,
    Other,
}

/// <summary>How the words of an answer differ from those of another one. Of two that have less than half in common nothing is marked: all would be.</summary>
public static class WordDifference
{
    /// <summary>Longer texts are shown as they are: comparing takes the product of their lengths, and nobody reads the result.</summary>
    private const int MaxCharacters = 20_000;

    private static readonly DelimiterChunker Words = new([' ', '\n', '\t', '\r', '.', ',', ';', ':', '(', ')', '"']);

    public static IReadOnlyList<TextPart> Of(string text, string? other)
    {
        if (other is null || text == other || text.Length > MaxCharacters || other.Length > MaxCharacters)
        {
            return [new TextPart(text, PartOf.Both)];
        }

        var difference = Differ.Instance.CreateDiffs(other, text, ignoreWhiteSpace: false, ignoreCase: false, Words);
        string[] theirs = [.. difference.PiecesOld], ours = [.. difference.PiecesNew];
        var parts = new List<TextPart>();
        var at = 0;
        foreach (var block in difference.DiffBlocks)
        {
            Add(ours[at..block.InsertStartB], PartOf.Both);
            Add(theirs[block.DeleteStartA..(block.DeleteStartA + block.DeleteCountA)], PartOf.Other);
            Add(ours[block.InsertStartB..(block.InsertStartB + block.InsertCountB)], PartOf.This);
            at = block.InsertStartB + block.InsertCountB;
        }

        Add(ours[at..], PartOf.Both);
        var common = parts.Where(part => part.In == PartOf.Both).Sum(part => part.Text.Length);
        return 2 * common < Math.Max(text.Length, other.Length) ? [new TextPart(text, PartOf.Both)] : parts;

        void Add(IEnumerable<string> pieces, PartOf where)
        {
            var joined = string.Concat(pieces);
            if (joined.Length > 0)
            {
                parts.Add(new TextPart(joined, where));
            }
        }
    }
}

using System.Globalization;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Analysis;

/// <summary>Failed cells of one variant with the same error.</summary>
/// <param name="StatusCode">Of the vendor's answer; null where none came.</param>
/// <param name="Message">The vendor's words in the first of them, without keys and prompts.</param>
public sealed record CellFailures(string Variant, string Code, int? StatusCode, string Message, long Cells)
{
    private const int MaxMessage = 200;

    public override string ToString()
    {
        var status = StatusCode is { } code ? string.Create(CultureInfo.InvariantCulture, $" ({code})") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Cells:N0} {(Cells == 1 ? "cell" : "cells")} of {Variant} failed: {Code}{status}: {Message}");
    }

    /// <summary>Counts errors by variant, code and status: messages may hold ids and times, and would never be the same twice.</summary>
    internal sealed class Counter(RunRecord run)
    {
        private readonly Dictionary<(int Variant, string Code, int? StatusCode), CellFailures> _failures = [];

        public void Add(CellRecord cell)
        {
            if (cell is not { Outcome: CellOutcome.Failed, Error: { } error })
            {
                return;
            }

            var key = (cell.Address.Variant, error.Code, error.StatusCode);
            var known = _failures.GetValueOrDefault(key) ?? new(run.Variants[key.Variant].Name, error.Code, error.StatusCode, Shorten(error.Message), 0);
            _failures[key] = known with { Cells = known.Cells + 1 };
        }

        /// <summary>By variant, the most frequent first.</summary>
        public IReadOnlyList<CellFailures> ToList() =>
            [.. _failures.OrderBy(pair => pair.Key.Variant).ThenByDescending(pair => pair.Value.Cells).Select(pair => pair.Value)];

        private static string Shorten(string message) => message.Length <= MaxMessage ? message : $"{message.AsSpan(0, MaxMessage - 1)}…";
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Runs.Conversations;

/// <summary>
/// Which cells of an earlier run asked what the cells of this one ask: the same model with the same settings, the same rendered conversation. Items
/// that ask the same are matched one to one in their order, so that no answer is taken for two. It follows from stored rows alone and comes out the
/// same however often it is computed.
/// </summary>
public sealed class ReusableCells
{
    private const int None = -1;

    private readonly int[] _places;
    private readonly RunRecord _run;

    private ReusableCells(RunRecord run, RunRecord earlier, int[] places) => (_run, Earlier, _places) = (run, earlier, places);

    public RunRecord Earlier { get; }

    /// <summary>Null where the run takes over nothing, or the earlier run has been deleted.</summary>
    public static async Task<ReusableCells?> FindAsync(RunRecord run, RunStore runs, CancellationToken cancellationToken)
    {
        if (run.ReusedRun is not { } reused || await runs.FindAsync(reused, cancellationToken) is not { } earlier)
        {
            return null;
        }

        var known = new Dictionary<UInt128, Queue<int>>();
        await foreach (var (place, digest) in DigestsAsync(earlier, runs, cancellationToken))
        {
            (known.TryGetValue(digest, out var same) ? same : known[digest] = new Queue<int>(1)).Enqueue(place);
        }

        var places = new int[run.Items * run.Variants.Count];
        Array.Fill(places, None);
        await foreach (var (place, digest) in DigestsAsync(run, runs, cancellationToken))
        {
            places[place] = known.TryGetValue(digest, out var same) && same.TryDequeue(out var match) ? match : None;
        }

        return new ReusableCells(run, earlier, places);
    }

    /// <summary>The cell of the earlier run; null where none asked the same.</summary>
    public CellAddress? Find(CellAddress address)
    {
        var place = _places[(address.Item * _run.Variants.Count) + address.Variant];
        return place == None ? null : new CellAddress(place / Earlier.Variants.Count, place % Earlier.Variants.Count, address.Sample);
    }

    private static async IAsyncEnumerable<(int Place, UInt128 Digest)> DigestsAsync(
        RunRecord run, RunStore runs, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var item = 0;
        await foreach (var scenario in runs.ItemsAsync(run.RunId, cancellationToken))
        {
            for (var variant = 0; variant < run.Variants.Count; variant++)
            {
                Write(text.Clear(), run, run.Variants[variant], scenario);
                yield return ((item * run.Variants.Count) + variant, DigestOf(text.ToString()));
            }

            item++;
        }
    }

    /// <summary>Everything that decides what the model is sent, and what of its answer is kept.</summary>
    private static void Write(StringBuilder text, RunRecord run, Variant variant, Scenario scenario)
    {
        var config = run.Calls.Config;
        var keepsReasoning = scenario.ScorersOf(run.Scorers).Any(spec => spec.Reasoning == ScorerSpec.KeepReasoning);
        Add(text, variant.Model, run.Calls.BaseUrl, variant.ReasoningEffort, config.ResponseFormat, config.Extra);
        text.Append(CultureInfo.InvariantCulture, $"{variant.Temperature ?? config.Temperature},{variant.MaxTokens ?? config.MaxTokens},{config.TopP},{config.Seed},{keepsReasoning};");
        Add(text, [.. config.Stop ?? []]);
        foreach (var message in Opening.For(run.Calls.Preamble, scenario, variant).Messages)
        {
            Add(text, ConversationMessage.NameOf(message.Role), message.Text);
            AddImages(text, message);
        }

        foreach (var followUp in scenario.FollowUps.Take(config.MaxTurns - 1))
        {
            var message = Opening.FollowUp(scenario, followUp);
            Add(text, followUp.Label, message.Text);
            AddImages(text, message);
        }
    }

    private static void AddImages(StringBuilder text, ConversationMessage message)
    {
        if (message.Images is { } images)
        {
            Add(text, [.. images.Select(image => image.Digest ?? image.Name)]);
        }
    }

    // With their lengths, so that no two lists of texts come to the same.
    private static void Add(StringBuilder text, params ReadOnlySpan<string?> parts)
    {
        foreach (var part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part?.Length ?? -1}:").Append(part);
        }
    }

    private static UInt128 DigestOf(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs.Cells;

/// <summary>Cells, transcripts and provider calls as rows, and back.</summary>
internal static class CellRows
{
    /// <summary>Of a cell's row key.</summary>
    public const int KeyLength = 14;

    // UTF-16 units; an entity holds 524,288 with its keys and names, and the calls of a conversation that is kept.
    private const int UnitsPerRow = 300_000;

    /// <summary>Those that score cells, in the order of the definition: a row with one score does not name its scorer.</summary>
    public static List<string> ScorerNames(RunRecord run) => [.. run.Scorers.Select(scorer => scorer.Name!)];

    public static Entity ToEntity(string partition, CellRecord cell)
    {
        var entity = new Entity(partition, cell.Address.RowKey)
        {
            ["outcome"] = JsonRules.Name(cell.Outcome),
            ["score"] = cell.Score,
            ["calls"] = cell.Calls,
            ["inputTokens"] = cell.InputTokens,
            ["outputTokens"] = cell.OutputTokens,
            ["reasoningTokens"] = cell.ReasoningTokens,
            ["modelVersion"] = cell.ModelVersion,
            ["finishReason"] = cell.FinishReason,
            ["startedAt"] = cell.StartedAt,
            ["completedAt"] = cell.CompletedAt,
        };

        if (cell.CostUsd is { } cost)
        {
            entity["costUsd"] = (double)cost;
        }

        if (cell.HeldUsd > 0)
        {
            entity["heldUsd"] = (double)cell.HeldUsd;
        }

        if (cell.TokensAreEstimated)
        {
            entity["tokensAreEstimated"] = true;
        }

        if (cell.IsCut)
        {
            entity["isCut"] = true;
        }

        if (cell.LostCalls > 0)
        {
            entity["lostCalls"] = cell.LostCalls;
        }

        if (cell.ReusedFrom is { } source)
        {
            entity["reusedFrom"] = source;
        }

        if (cell.Adaptations != RequestAdaptations.None)
        {
            entity["adaptations"] = cell.Adaptations.ToString();
        }

        if (cell.Judging is { } judging)
        {
            entity["judging"] = JsonSerializer.Serialize(judging, CellsJson.Context.JudgeUsage);
        }

        entity.SetText("output", cell.Output);
        if (cell.Error is { } error)
        {
            entity.SetText("error", JsonSerializer.Serialize(error, CellsJson.Context.CellError));
        }

        // One scorer's valued score says nothing that "score" does not.
        if (cell.Scores is not ([] or [{ Invalid: null, Judge: null }]))
        {
            entity.SetText("scores", JsonSerializer.Serialize(cell.Scores, CellsJson.Context.IReadOnlyListNamedScore));
        }

        return entity;
    }

    public static CellRecord ToCell(Entity entity, IReadOnlyList<string> scorerNames)
    {
        var score = entity.GetDouble("score");
        IReadOnlyList<NamedScore> scores = entity.GetText("scores") is { } text
            ? JsonSerializer.Deserialize(text, CellsJson.Context.IReadOnlyListNamedScore)!
            : score is { } value && scorerNames.Count > 0 ? [new NamedScore(scorerNames[0], value)] : [];
        return new CellRecord(
            CellAddress.ParseRowKey(entity.RowKey) ?? throw new InvalidDataException($"'{entity.RowKey}' is not the row of a cell."),
            OutcomeOf(entity),
            score,
            scores,
            entity.GetText("error") is { } error ? JsonSerializer.Deserialize(error, CellsJson.Context.CellError) : null,
            (int)(entity.GetInt64("calls") ?? 0),
            (int)(entity.GetInt64("lostCalls") ?? 0),
            entity.GetInt64("inputTokens"),
            entity.GetInt64("outputTokens"),
            entity.GetInt64("reasoningTokens"),
            entity.GetString("modelVersion"),
            entity.GetString("finishReason"),
            entity.GetDateTimeOffset("startedAt")!.Value,
            entity.GetDateTimeOffset("completedAt")!.Value,
            (decimal?)entity.GetDouble("costUsd"),
            (decimal)(entity.GetDouble("heldUsd") ?? 0),
            entity.GetBoolean("tokensAreEstimated") ?? false,
            entity.GetText("output"),
            entity.GetBoolean("isCut") ?? false,
            entity.GetString("judging") is { } judging ? JsonSerializer.Deserialize(judging, CellsJson.Context.JudgeUsage) : null,
            entity.GetString("reusedFrom"),
            entity.GetString("adaptations") is { } adapted && Enum.TryParse<RequestAdaptations>(adapted, out var flags) ? flags : RequestAdaptations.None);
    }

    public static CellOutcome OutcomeOf(Entity entity) => entity.GetString("outcome") switch
    {
        "scored" => CellOutcome.Scored,
        "invalid" => CellOutcome.Invalid,
        "failed" => CellOutcome.Failed,
        "refused" => CellOutcome.Refused,
        "truncated" => CellOutcome.Truncated,
        var other => throw new InvalidDataException($"Cell {entity.PartitionKey}/{entity.RowKey} has the unknown outcome '{other}'."),
    };

    /// <summary>One row, or as many as a long conversation takes: a model may say more than an entity holds.</summary>
    public static IEnumerable<Entity> ToEntities(string partition, string cellRow, Transcript transcript)
    {
        var text = JsonSerializer.Serialize(transcript, CellsJson.Context.Transcript);
        var parts = new List<string>(1);
        for (var start = 0; start < text.Length;)
        {
            var length = Math.Min(UnitsPerRow, text.Length - start);
            length -= char.IsHighSurrogate(text[start + length - 1]) ? 1 : 0;
            parts.Add(text.Substring(start, length));
            start += length;
        }

        foreach (var (number, part) in parts.Index())
        {
            var entity = new Entity(partition, number == 0 ? cellRow : TableKeys.TranscriptPart(cellRow, number));
            entity.SetText("transcript", part);
            if (number == 0 && parts.Count > 1)
            {
                entity["parts"] = parts.Count;
            }

            yield return entity;
        }
    }

    /// <summary>The rows of its transcript, with its calls in the first: there is no kept turn without its calls.</summary>
    public static List<Entity> ToEntities(string partition, string cellRow, KeptConversation kept)
    {
        var rows = ToEntities(partition, cellRow, kept.Transcript).ToList();

        if (rows.Count > 1)
        {
            // So long a conversation may take more than one write: its rows know each other by their time.
            rows.ForEach(row => row["keptAt"] = kept.Transcript.CompletedAt);
        }

        IReadOnlyList<ProviderCall> calls = [.. kept.Calls.Select(WithoutText)];
        rows[0].SetText("calls", JsonSerializer.Serialize(calls, CellsJson.Context.IReadOnlyListProviderCall));
        rows[0]["heldNanos"] = kept.HeldUsd > 0 ? Money.ToNanos(kept.HeldUsd) : null;
        rows[0]["lostCalls"] = kept.LostCalls > 0 ? kept.LostCalls : null;
        return rows;
    }

    /// <summary>How many rows the transcript has that begins with this one.</summary>
    public static int PartsOf(Entity first) => (int)(first.GetInt64("parts") ?? 1);

    public static Transcript ToTranscript(IReadOnlyList<Entity> rows) => JsonSerializer.Deserialize(TranscriptTextOf(rows), CellsJson.Context.Transcript)!;

    /// <summary>What <see cref="ToTranscript"/> has as the last turn's response, without reading the rest into objects; null without a turn.</summary>
    public static string? LastResponseIn(IReadOnlyList<Entity> rows)
    {
        // A turn is an object in a list of the outermost object.
        const int depthOfTurns = 3;
        var text = TranscriptTextOf(rows);
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
            string? last = null;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depthOfTurns && reader.ValueTextEquals("targetResponse"u8))
                {
                    reader.Read();
                    last = reader.GetString();
                }
            }

            return last;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static string TranscriptTextOf(IReadOnlyList<Entity> rows) => rows.Count == PartsOf(rows[0])
        ? rows.Count == 1 ? rows[0].GetText("transcript")! : string.Concat(rows.Select(row => row.GetText("transcript")))
        : throw new InvalidDataException($"Row {rows.Count} of transcript '{rows[0].RowKey}' is not in partition '{rows[0].PartitionKey}'.");

    /// <summary>Null for a transcript without its calls, or one that was written by half: nobody can store a whole cell from it.</summary>
    public static KeptConversation? ToKept(IReadOnlyList<Entity> rows) =>
        rows[0].GetText("calls") is { } calls
        && rows.Count == PartsOf(rows[0])
        && rows.All(row => row.GetDateTimeOffset("keptAt") == rows[0].GetDateTimeOffset("keptAt"))
        ? new KeptConversation(
            ToTranscript(rows),
            JsonSerializer.Deserialize(calls, CellsJson.Context.IReadOnlyListProviderCall)!,
            Money.FromNanos(rows[0].GetInt64("heldNanos") ?? 0),
            (int)(rows[0].GetInt64("lostCalls") ?? 0))
        : null;

    public static Entity ToEntity(string partition, string cellRow, int number, ProviderCall call, CallPurpose purpose) =>
        ToEntity(partition, TableKeys.Call(cellRow, number), call, purpose);

    public static Entity ToEntity(string partition, string row, ProviderCall call, CallPurpose purpose)
    {
        var entity = new Entity(partition, row)
        {
            ["purpose"] = purpose.Name,
            ["provider"] = call.Provider,
            ["model"] = call.Model,
            ["startedAt"] = call.StartedAt,
            ["endedAt"] = call.EndedAt,
        };

        if (call.CostUsd is { } cost)
        {
            entity["costUsd"] = (double)cost;
        }

        if (call.Adaptations != RequestAdaptations.None)
        {
            entity["adaptations"] = call.Adaptations.ToString();
        }

        switch (call.Outcome)
        {
            case ModelOutcome.Answered(var answer):
                Add(entity, answer.Limits);
                entity["status"] = "ok";
                entity["requestId"] = answer.RequestId;
                entity["inputTokens"] = answer.Usage?.InputTokens;
                entity["outputTokens"] = answer.Usage?.OutputTokens;
                entity["reasoningTokens"] = answer.Usage?.ReasoningTokens;
                entity["cachedTokens"] = answer.Usage?.CachedTokens;
                entity["costEstimateCredits"] = purpose.Rates?.Of(answer.Usage?.InputTokens ?? 0, answer.Usage?.OutputTokens ?? 0);
                break;
            case ModelOutcome.Failed(var failure):
                Add(entity, failure.Limits);
                entity["status"] = "error";
                entity["costEstimateCredits"] = purpose.Rates is null ? null : 0.0;
                entity["requestId"] = failure.RequestId;
                entity["code"] = failure.Code.ToWire();
                entity["message"] = failure.Message;
                entity["statusCode"] = failure.StatusCode;
                entity["vendorCode"] = failure.VendorCode;
                break;
        }

        return entity;
    }

    public static ProviderCall WithoutText(ProviderCall call) => call.Outcome is ModelOutcome.Answered(var answer)
        ? call with { Outcome = new ModelOutcome.Answered(answer with { Text = "", Reasoning = null }) }
        : call;

    /// <summary>How much of the vendor's quota was left, where it said so.</summary>
    private static void Add(Entity entity, VendorLimits? limits)
    {
        if (limits is not null)
        {
            entity["requestsRemaining"] = limits.RequestsRemaining;
            entity["tokensRemaining"] = limits.TokensRemaining;
        }
    }
}

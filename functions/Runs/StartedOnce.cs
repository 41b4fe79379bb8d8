using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsEval.Http;
using FunctionsEval.Runs.Records;
using FunctionsEval.Storage;

namespace FunctionsEval.Runs;

public abstract record StartKeyOutcome
{
    private StartKeyOutcome()
    {
    }

    /// <param name="RunId">Of the run that this request starts, or has started when it came before.</param>
    public sealed record Reserved(string RunId) : StartKeyOutcome;

    public sealed record UsedByAnother : StartKeyOutcome;
}

/// <summary>
/// The keys by which a request that is sent again, because its answer was lost, starts no second run (Idempotency-Key). A key is written with the id of its run
/// before the run is, so that whoever repeats it comes to the same id.
/// </summary>
public sealed class StartedOnce(IEntityStore entities, TimeProvider clock)
{
    public const int MaxLength = 200;

    private const string Run = "runId";
    private const string Request = "request";

    internal static FieldError? Error(string key) => key.Length is >= 1 and <= MaxLength
        ? null
        : new FieldError("Idempotency-Key", $"Idempotency-Key must have 1 to {MaxLength} characters, but has {key.Length}.");

    public async Task<StartKeyOutcome> ReserveAsync(string key, StartRunRequest request, CancellationToken cancellationToken)
    {
        var (row, asked) = (HashOf(Encoding.UTF8.GetBytes(key)), HashOf(JsonSerializer.SerializeToUtf8Bytes(request, RunsJson.Context.StartRunRequest)));
        var reserved = new Entity(TableKeys.StartKeys, row) { [Run] = RunId.New(clock.GetUtcNow()), [Request] = asked };
        if (!(await entities.SubmitAsync(TableKeys.Runs, EntityOperation.Insert(reserved), cancellationToken)).IsApplied)
        {
            // Keys are never deleted.
            reserved = (await entities.FindAsync(TableKeys.Runs, TableKeys.StartKeys, row, cancellationToken))!;
        }

        return reserved.GetString(Request) == asked ? new StartKeyOutcome.Reserved(reserved.GetString(Run)!) : new StartKeyOutcome.UsedByAnother();
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

using System.Text.Json;

namespace FunctionsEval.Storage;

/// <summary>
/// A range in key order. Give <paramref name="PartitionKey"/> for one partition, or <paramref name="PartitionFrom"/> (inclusive) and
/// <paramref name="PartitionTo"/> (exclusive) for several; row bounds (from inclusive, to exclusive) hold within each partition.
/// </summary>
public sealed record EntityQuery(
    string Table,
    string? PartitionKey = null,
    string? PartitionFrom = null,
    string? PartitionTo = null,
    string? RowFrom = null,
    string? RowTo = null,
    int PageSize = 1000);

/// <summary>A part of a range. It may hold few rows or none though more follow: only a null token ends the range.</summary>
public sealed record EntityPage(IReadOnlyList<Entity> Entities, string? ContinuationToken);

/// <summary>A continuation token that no query of this store gave.</summary>
public sealed class ContinuationTokenException(string token) : ArgumentException($"continuationToken '{token}' did not come from this store.");

/// <summary>A place in a range as opaque text: two strings that only the backend understands.</summary>
internal static class ContinuationToken
{
    public static string Make(string first, string second) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new[] { first, second }));

    public static (string First, string Second) Parse(string token)
    {
        try
        {
            if (JsonSerializer.Deserialize<string?[]>(Convert.FromBase64String(token)) is [{ } first, { } second])
            {
                return (first, second);
            }
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // Falls through to the one message for whatever is wrong with it.
        }

        throw new ContinuationTokenException(token);
    }
}

using System.Buffers;

namespace FunctionsEval.Durable;

/// <summary>The rules for instance ids, those of Durable Functions: an id is part of keys and addresses.</summary>
public static class InstanceIds
{
    public const int MaxLength = 256;

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:|");

    public static void Validate(string instanceId)
    {
        ArgumentNullException.ThrowIfNull(instanceId);
        var rule = instanceId switch
        {
            { Length: 0 or > MaxLength } => "must have 1 to 256 characters",

            // Table storage keys escape other characters, and their length is limited too.
            { Length: > 160 } when instanceId.AsSpan().ContainsAnyExcept(Plain) =>
                "has more than 160 characters, so it must have only ASCII letters, digits, '-', '_', ':' and '|'",
            ['@', ..] => "must not begin with '@'",
            _ when instanceId.AsSpan().IndexOfAny(@"/\#?") >= 0 => @"must not contain any of / \ # ?",
            _ when instanceId.Any(char.IsControl) => "must not contain control characters",
            _ => null,
        };
        if (rule is not null)
        {
            throw new ArgumentException($"Instance id '{instanceId}' {rule}.", nameof(instanceId));
        }
    }
}

namespace FunctionsEval.Http;

internal static class Paging
{
    public const int MaxPageSize = 1000;

    public static FieldError? Error(int pageSize) => pageSize is < 1 or > MaxPageSize
        ? new FieldError("pageSize", $"pageSize must be between 1 and {MaxPageSize}, but is {pageSize}.")
        : null;

    public static FieldError UnknownToken(string? token) =>
        new("continuationToken", $"continuationToken '{Excerpt.Of(token ?? "")}' did not come from this store.");
}

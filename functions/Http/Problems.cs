using System.Globalization;
using FunctionsEval.Evaluation.Documents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Http;

/// <summary>The problem+json bodies that every slice uses.</summary>
internal static class Problems
{
    /// <summary>What is wrong everywhere is not said a hundred thousand times.</summary>
    public const int MaxComplaints = 20;

    public static ProblemHttpResult NotFound(string what, string id) =>
        TypedResults.Problem($"{what} '{Excerpt.Of(id)}' does not exist.", statusCode: StatusCodes.Status404NotFound);

    /// <param name="errors">One without a field is about the request as a whole.</param>
    public static ProblemHttpResult Invalid(IReadOnlyCollection<FieldError> errors) => Invalid(errors.Take(MaxComplaints), errors.Count);

    public static ProblemHttpResult Invalid(IReadOnlyCollection<DefinitionError> errors) =>
        Invalid(errors.Take(MaxComplaints).Select(error => FieldErrorOf(error, "")), errors.Count);

    public static FieldError FieldErrorOf(DefinitionError error, string prefix) => new(
        (prefix + error.Field).TrimEnd('.'),
        error.Source is null ? $"{error.Message} (line {error.Line}, column {error.Column})" : $"{error.Message} (line {error.Line} of {error.Source})");

    private static ProblemHttpResult Invalid(IEnumerable<FieldError> told, int count)
    {
        var byField = told.GroupBy(error => error.Field, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray(), StringComparer.Ordinal);
        var detail = string.Join(" ", [.. byField.Values.SelectMany(messages => messages), .. Rest(count)]);
        byField.Remove("");
        return byField.Count == 0
            ? TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest)
            : TypedResults.Problem(new HttpValidationProblemDetails(byField) { Status = StatusCodes.Status400BadRequest, Detail = detail });
    }

    private static string[] Rest(int count) =>
        count > MaxComplaints ? [string.Create(CultureInfo.InvariantCulture, $"... and {count - MaxComplaints:N0} more.")] : [];
}

using System.Globalization;
using FunctionsEval.Evaluation.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Http;

/// <summary>The problem+json bodies that every slice uses.</summary>
internal static class Problems
{
    /// <summary>What is wrong everywhere is not said a hundred thousand times.</summary>
    public const int MaxComplaints = 20;

    public static ProblemHttpResult NotFound(string what, string id) =>
        TypedResults.Problem($"{what} '{id}' does not exist.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Invalid(IEnumerable<FieldError> errors)
    {
        var all = errors.ToList();
        var byField = all.Take(MaxComplaints).GroupBy(error => error.Field, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray(), StringComparer.Ordinal);
        return TypedResults.Problem(new HttpValidationProblemDetails(byField)
        {
            Status = StatusCodes.Status400BadRequest,
            Detail = string.Join(" ", [.. byField.Values.SelectMany(messages => messages), .. Rest(all.Count)]),
        });
    }

    public static ProblemHttpResult Invalid(IEnumerable<DefinitionError> errors, string prefix = "") =>
        Invalid(errors.Select(error => new FieldError(prefix + error.Field, $"{error.Message} (line {error.Line}, column {error.Column})")));

    private static string[] Rest(int count) =>
        count > MaxComplaints ? [string.Create(CultureInfo.InvariantCulture, $"... and {count - MaxComplaints:N0} more.")] : [];
}

using System.Text.RegularExpressions;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the one JSON value of the answer fits the schema, 0 when it does not; invalid when there is none, or several.</summary>
internal sealed class JsonSchemaScorer(string name, CompiledJsonSchema schema) : IScorer
{
    public string Name => name;

    public (double Min, double Max)? Scale => (0, 1);

    public Score Score(string answer, string? expected)
    {
        var (value, reason) = AnswerJson.Find(answer);
        if (value is null)
        {
            return new Score.Invalid(reason!);
        }

        try
        {
            return Binary.Of(schema.Accepts(value.Value));
        }
        catch (RegexMatchTimeoutException)
        {
            return new Score.Invalid(BoundedPattern.TimeoutReason);
        }
        catch (Exception endless) when (endless is JsonSchemaTooLongException or InsufficientExecutionStackException)
        {
            return new Score.Invalid("The schema refers to itself too often on this answer.");
        }
        catch (Json.Schema.RefResolutionException unresolved)
        {
            return new Score.Invalid($"The schema cannot be read: {unresolved.Message}.");
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 alone is legal JSON, but no text.
            return new Score.Invalid("The answer is JSON with text that is not Unicode.");
        }
        catch (Exception unreadable) when (unreadable is FormatException or OverflowException)
        {
            return new Score.Invalid("The answer is JSON with a number that cannot be read.");
        }
    }
}

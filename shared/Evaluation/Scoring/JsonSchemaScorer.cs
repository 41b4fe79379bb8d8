namespace FunctionsEval.Evaluation.Scoring;

/// <summary>1 when the one JSON value of the answer fits the schema, 0 when it does not; invalid when there is none, or several.</summary>
internal sealed class JsonSchemaScorer(CompiledJsonSchema schema) : ITextScorer
{
    public (double Min, double Max)? Scale => (0, 1);

    public bool NeedsWanted => false;

    public Score Score(string text, string? wanted)
    {
        var (value, reason) = AnswerJson.Find(text);
        if (value is null)
        {
            return new Score.Invalid(reason!);
        }

        try
        {
            return Scoring.Score.Of(schema.Accepts(value.Value));
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

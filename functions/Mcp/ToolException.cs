using FunctionsEval.Http;

namespace FunctionsEval.Mcp;

/// <summary>A call that cannot be answered; each error says what a model should ask instead.</summary>
internal sealed class ToolException(IReadOnlyList<FieldError> errors) : Exception(string.Join(' ', errors.Select(error => error.Message)))
{
    public ToolException(string field, string message)
        : this([new FieldError(field, message)])
    {
    }

    public IReadOnlyList<FieldError> Errors => errors;
}

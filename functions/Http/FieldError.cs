namespace FunctionsEval.Http;

/// <summary>A field, and a sentence that names field, value and rule.</summary>
public sealed record FieldError(string Field, string Message);

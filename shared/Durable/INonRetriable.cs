namespace FunctionsEval.Durable;

/// <summary>An exception with this mark fails its activity for good: no retry policy repeats it.</summary>
public interface INonRetriable;

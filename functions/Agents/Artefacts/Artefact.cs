using System.Text.Json.Serialization;

namespace FunctionsEval.Agents.Artefacts;

/// <summary>What came of a task, as text.</summary>
/// <param name="Content">By kind: Markdown of a specification or a review, <c>git diff --name-status</c>, JUnit XML, Cobertura XML.</param>
/// <param name="Commit">That was tested; needed for test results.</param>
/// <param name="SpecTask">The task whose specification lists the files that may change.</param>
public sealed record ArtefactRequest(string TaskId, ArtefactKind Kind, string Content, string? Commit = null, string? SpecTask = null);

[JsonConverter(typeof(SnakeCaseEnumConverter<ArtefactKind>))]
public enum ArtefactKind
{
    Spec,
    Changes,
    TestResults,
    Coverage,
    Review,
}

/// <summary>What was checked of an artefact. A later one of the same task and kind takes its place.</summary>
/// <param name="Files">That a specification lists.</param>
public sealed record ArtefactReview(string TaskId, ArtefactKind Kind, DateTimeOffset At, bool Passed, IReadOnlyList<ArtefactCheck> Checks, IReadOnlyList<string>? Files = null);

/// <param name="Check">As SPEC_TEMPLATE; the rule of the finding where it did not pass.</param>
public sealed record ArtefactCheck(string Check, bool Passed, string Message);

/// <summary>How a test ended lately, by commit; oldest first.</summary>
public sealed record TestHistory(string Name, IReadOnlyList<TestOutcome> Outcomes);

public sealed record TestOutcome(string Commit, bool Passed, DateTimeOffset At);

/// <summary>The content is not what its kind says; the message names place and rule.</summary>
internal sealed class ArtefactException(string message) : Exception(message);

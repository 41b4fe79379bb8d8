using System.Runtime.CompilerServices;
using System.Text.Json;
using Json.Schema;
using Json.Schema.Keywords;

namespace FunctionsEval.Evaluation.Scoring;

/// <summary>
/// The dialects of JSON Schema, drafts 6 to 2020-12, with bounds that the library does not have: patterns are those of
/// <see cref="BoundedPattern"/>, and references are counted, because every evaluation without end goes through them.
/// </summary>
internal static class JsonSchemaDialects
{
    /// <summary>References that one evaluation may follow; counted, not timed, so that an answer's score does not depend on the machine.</summary>
    public const int MaxReferences = 1_000_000;

    private static readonly IKeywordHandler[] Bounded = [new BoundedPatternKeyword(), new BoundedPatternPropertiesKeyword(), new BoundedReference()];

    public static Dialect Draft202012 { get; } =
        Dialect.Draft202012.With([.. Bounded, new BoundedDynamicReference()], MetaSchemas.Draft202012Id, allowUnknownKeywords: true);

    /// <summary>By the value of <c>$schema</c>: the dialect and the schema of its schemas.</summary>
    public static IReadOnlyDictionary<string, (Dialect Dialect, JsonSchema MetaSchema)> ById { get; } =
        new (Uri Id, Dialect Dialect, JsonSchema MetaSchema)[]
        {
            (MetaSchemas.Draft202012Id, Draft202012, MetaSchemas.Draft202012),
            (MetaSchemas.Draft201909Id, Bind(Dialect.Draft201909, MetaSchemas.Draft201909Id), MetaSchemas.Draft201909),
            (MetaSchemas.Draft7Id, Bind(Dialect.Draft07, MetaSchemas.Draft7Id), MetaSchemas.Draft7),
            (MetaSchemas.Draft6Id, Bind(Dialect.Draft06, MetaSchemas.Draft6Id), MetaSchemas.Draft6),
        }.ToDictionary(known => Normalize(known.Id.OriginalString), known => (known.Dialect, known.MetaSchema), StringComparer.Ordinal);

    [ThreadStatic]
    private static int s_references;

    /// <summary>The same id is written with and without an empty fragment.</summary>
    public static string Normalize(string id) => id.TrimEnd('#');

    /// <summary>Sees only the schema that is built: nothing is fetched, and the ids of two schemas do not meet.</summary>
    public static BuildOptions NewOptions()
    {
        var dialects = new DialectRegistry();
        foreach (var (dialect, _) in ById.Values)
        {
            dialects.Register(dialect);
        }

        return new BuildOptions
        {
            Dialect = Draft202012,
            DialectRegistry = dialects,
            SchemaRegistry = new SchemaRegistry { Fetch = (_, _) => null },
        };
    }

    public static void BeginCount() => s_references = 0;

    private static Dialect Bind(Dialect dialect, Uri id) => dialect.With(Bounded, id, allowUnknownKeywords: true);

    private static void CountReference()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++s_references > MaxReferences)
        {
            throw new JsonSchemaTooLongException();
        }
    }

    private sealed class BoundedPatternKeyword : PatternKeyword
    {
        public override object? ValidateKeywordValue(JsonElement value) => BoundedPattern.Compile(value.GetString()!, ignoreCase: false);
    }

    private sealed class BoundedPatternPropertiesKeyword : PatternPropertiesKeyword
    {
        public override object? ValidateKeywordValue(JsonElement value) =>
            value.EnumerateObject().ToDictionary(property => property.Name, property => BoundedPattern.Compile(property.Name, ignoreCase: false));
    }

    private sealed class BoundedReference : RefKeyword
    {
        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context)
        {
            CountReference();
            return base.Evaluate(keyword, context);
        }
    }

    private sealed class BoundedDynamicReference : Json.Schema.Keywords.Draft202012.DynamicRefKeyword
    {
        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context)
        {
            CountReference();
            return base.Evaluate(keyword, context);
        }
    }
}

/// <summary>An evaluation followed more than <see cref="JsonSchemaDialects.MaxReferences"/> references.</summary>
internal sealed class JsonSchemaTooLongException : Exception;

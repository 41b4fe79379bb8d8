using FunctionsEval.Evaluation.Definitions;

namespace FunctionsEval.Definitions;

/// <summary>Definitions from text: JSON or YAML.</summary>
internal static class DefinitionReader
{
    public static DefinitionOutcome ReadJson(string text) => DefinitionParser.Parse(JsonSource.Parse(text));

    public static DefinitionOutcome ReadYaml(string text) => DefinitionParser.Parse(YamlSource.Parse(text));
}

using System.Reflection;
using System.Runtime.Loader;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.TestKit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

namespace FunctionsEval.Functions.Tests.Http;

/// <summary>The OpenAPI document as others use it: a client is generated from it, compiled with a program that uses it, and run against the server.</summary>
public sealed class Generating_a_client
{
    /// <summary>What somebody would write with the client: definition, run, its end, its verdict, an error.</summary>
    private const string Program = """
        namespace Generated;

        public static class Program
        {
            public static async System.Threading.Tasks.Task<string> StartAsync(System.Net.Http.HttpClient http, string definition)
            {
                var client = new Client(http);
                var added = await client.AddDefinitionAsync(System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(definition));
                var run = await client.StartRunAsync(null, new StartRunRequest { DefinitionId = added.DefinitionId, SamplesPerScenario = 2, Tags = new[] { "generated" } });
                return run.RunId;
            }

            public static async System.Threading.Tasks.Task<string> StatusAsync(System.Net.Http.HttpClient http, string runId) =>
                (await new Client(http).GetRunAsync(runId)).Status.ToString();

            public static async System.Threading.Tasks.Task<string> SummaryAsync(System.Net.Http.HttpClient http, string runId)
            {
                var client = new Client(http);
                var analysis = await client.GetAnalysisAsync(runId);
                var listed = await client.ListRunsAsync(status: null, tag: "generated", name: null, kind: null, pageSize: null, continuationToken: null);
                return System.Linq.Enumerable.Single(analysis.Comparisons).Summary + " | " + System.Linq.Enumerable.Single(listed.Runs).Progress.Completed;
            }

            public static async System.Threading.Tasks.Task<string> ErrorAsync(System.Net.Http.HttpClient http, string definitionId)
            {
                try
                {
                    await new Client(http).StartRunAsync(null, new StartRunRequest { DefinitionId = definitionId == "" ? null : definitionId });
                    return "none";
                }
                catch (ApiException<Problem> problem)
                {
                    return problem.StatusCode + " " + problem.Result.Detail;
                }
            }
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_generated_client_compiles_and_goes_through_the_main_flow()
    {
        await using var host = await ServerHost.StartAsync();
        var client = Compile(await GenerateAsync((await host.GetAsync("/api/openapi.json")).Text));
        var definition = DefinitionReader.ReadYaml(Yaml.Of(12, 1, ["sim-noisy", "sim-better-1"]));
        var json = DefinitionJson.Write(Assert.IsType<DefinitionOutcome.Parsed>(definition).Definition);

        var runId = await client("StartAsync", host.Client, json);
        await Eventually.TrueAsync(async () => await client("StatusAsync", host.Client, runId) == "Completed", $"run {runId} to complete", cancellationToken: Cancel);

        Assert.Matches(@"openai-compatible:sim-better-1\b.* \| 48$", await client("SummaryAsync", host.Client, runId));
        Assert.Equal("400 Give either definitionId or definition.", await client("ErrorAsync", host.Client, ""));
        Assert.Equal("404 Definition 'd0' does not exist.", await client("ErrorAsync", host.Client, "d0"));
    }

    private static async Task<string> GenerateAsync(string json)
    {
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "Client",
            UseBaseUrl = false,
            OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
        };
        settings.CSharpGeneratorSettings.Namespace = "Generated";
        settings.CSharpGeneratorSettings.JsonLibrary = NJsonSchema.CodeGeneration.CSharp.CSharpJsonLibrary.SystemTextJson;
        return new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(json, Cancel), settings).GenerateFile();
    }

    private static Func<string, HttpClient, string, Task<string>> Compile(string client)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) == "netstandard.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Generated",
            [CSharpSyntaxTree.ParseText(client, cancellationToken: Cancel), CSharpSyntaxTree.ParseText(Program, cancellationToken: Cancel)],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        var emitted = compilation.Emit(assembly, cancellationToken: Cancel);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(problem => problem.Severity == DiagnosticSeverity.Error).Take(10)));
        assembly.Position = 0;
        var program = new AssemblyLoadContext("Generated", isCollectible: true).LoadFromStream(assembly).GetType("Generated.Program")!;
        return (method, http, argument) => (Task<string>)program.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, [http, argument])!;
    }
}

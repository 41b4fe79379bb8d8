using System.Text;
using System.Text.RegularExpressions;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Functions.Tests.Infrastructure;
using FunctionsEval.TestKit;
using Parquet.Schema;
using Parquet.Serialization;

namespace FunctionsEval.Functions.Tests.Definitions;

/// <summary>Every block of YAML in the guides and the README is a definition, or a part of one that the fields left out of it complete.</summary>
public sealed partial class Reading_the_docs : IDisposable
{
    // What a block that shows only some fields is completed with; a scenario that every scorer of the guides can compare with.
    private static readonly (string Field, string Text)[] Rest =
    [
        ("name", "name: docs"),
        ("models|variants", "models: [\"openai:gpt-4.1-mini\", \"anthropic:claude-sonnet-4-5\"]"),
        ("scenarios", "scenarios: [{ id: a, prompt: \"What is 6 x 7?\", expected: \"42\" }]"),
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int, string> Blocks()
    {
        var blocks = new TheoryData<string, int, string>();
        foreach (var file in Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "docs"), "*.md").Append(Path.Combine(RepositoryFolder.Path, "README.md")).Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(file);
            foreach (var block in Block().Matches(text).Select(match => match.Groups["yaml"]))
            {
                blocks.Add(Path.GetFileName(file), text.AsSpan(0, block.Index).Count('\n') + 1, block.Value);
            }
        }

        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Each_block_does_what_it_shows(string guide, int line, string yaml)
    {
        if (guide == "settings.md")
        {
            File.WriteAllText(_folder.File(ProjectFile.Name), yaml);
            Assert.NotEmpty(ProjectFile.Read(_folder.File(ProjectFile.Name)));
            return;
        }

        await WriteDataAsync();
        var definition = new StringBuilder(yaml);
        var fields = Field().Matches(yaml).Select(match => match.Groups["name"].Value).ToHashSet();
        foreach (var (field, text) in Rest.Where(rest => !rest.Field.Split('|').Any(fields.Contains)))
        {
            definition.Append(text).Append('\n');
        }

        if (!fields.Contains("scorers"))
        {
            definition.Append("scorers: [{ type: contains, value: a }]\n");
        }

        var outcome = await DefinitionReader.ReadAsync(
            Encoding.UTF8.GetBytes(definition.ToString()), isJson: false, new DatasetFiles(_folder.Path), DefinitionDefaults.None, TestContext.Current.CancellationToken, new ImageFiles(_folder.Path));

        Assert.True(outcome is DefinitionOutcome.Parsed, $"{guide}:{line}: {string.Join('\n', (outcome as DefinitionOutcome.Rejected)?.Errors.Select(error => error.ToString()) ?? [])}");
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex(@"^```yaml\r?\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex(@"^(?<name>\w+):", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Field();

    /// <summary>The files that the blocks name.</summary>
    private async Task WriteDataAsync()
    {
        (string Name, string Text)[] tables =
        [
            ("capitals.csv", "iso,country,capital,continent\nfr,France,Paris,Europe\n"),
            ("labels.csv", "sku,part,photo,text\n1,front,a.jpg,Milk\n"),
            ("anatomy_test.csv", "Which?,a,b,c,d,A\n"),
            ("gsm8k_test.jsonl", "{\"question\":\"6 x 7?\",\"answer\":\"It is\\n#### 42\"}\n"),
            ("samples.jsonl", "{\"input\":[{\"role\":\"user\",\"content\":\"1+1\"}],\"ideal\":[\"2\",\"two\"]}\n"),
            ("cases.csv", "id,prompt\ns1,How acceptable is it?\n"),
            ("scenes.csv", "id,prompt\ns1,How acceptable is it?\n"),
        ];
        foreach (var (name, text) in tables)
        {
            File.WriteAllText(_folder.File(name), text);
        }

        Directory.CreateDirectory(_folder.File("photos"));
        Directory.CreateDirectory(_folder.File("examples"));
        foreach (var image in (string[])["photos/a.jpg", "photos/later.jpg", "examples/dog.jpg", "cat.jpg"])
        {
            File.WriteAllBytes(_folder.File(image), Pictures.Pixel);
        }

        var schema = new ParquetSchema(new DataField<string>("question"), new DataField<string>("subject"), new DataField<string>("choices"), new DataField<long?>("answer"));
        IReadOnlyCollection<IDictionary<string, object?>> rows =
            [new Dictionary<string, object?> { ["question"] = "2+2", ["subject"] = "anatomy", ["choices"] = "['3' '4' '5' '6']", ["answer"] = 1L }];
        await using var stream = File.Create(_folder.File("mmlu.parquet"));
        await ParquetSerializer.SerializeUntypedAsync(rows, schema, stream, cancellationToken: TestContext.Current.CancellationToken);
    }
}

using System.Text;
using FunctionsEval.Datasets;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.TestKit;
using Parquet.Schema;
using Parquet.Serialization;

namespace FunctionsEval.Functions.Tests.Datasets;

/// <summary>Scenarios that are the rows of a file beside the definition.</summary>
public sealed class Reading_data_files : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("a.csv", "iso,country,capital\nfr,France,Paris\njp,Japan,Tokyo\n")]
    [InlineData("a.csv", "\ufeffiso,country,capital\r\nfr,France,Paris\r\njp,Japan,Tokyo")]
    [InlineData("a.csv", "iso;country;capital\nfr;France;Paris\njp;Japan;Tokyo\n")]
    [InlineData("a.csv", "iso\tcountry\tcapital\nfr\tFrance\tParis\njp\tJapan\tTokyo\n")]
    [InlineData("a.tsv", "iso\tcountry\tcapital\nfr\tFrance\tParis\njp\tJapan\tTokyo\n")]
    [InlineData("a.csv", "\"iso\",\"country\",\"capital\"\n\"fr\",\"France\",\"Paris\"\n\n\"jp\",\"Japan\",\"Tokyo\"\n")]
    [InlineData("a.jsonl", "{\"iso\":\"fr\",\"country\":\"France\",\"capital\":\"Paris\"}\n\n{\"iso\":\"jp\",\"country\":\"Japan\",\"capital\":\"Tokyo\"}")]
    [InlineData("a.json", "[{\"iso\":\"fr\",\"country\":\"France\",\"capital\":\"Paris\"},{\"iso\":\"jp\",\"country\":\"Japan\",\"capital\":\"Tokyo\"}]")]
    [InlineData("a.yaml", "- { iso: fr, country: France, capital: Paris }\n- { iso: jp, country: Japan, capital: Tokyo }\n")]
    public async Task Every_format_gives_the_same_scenarios(string file, string text)
    {
        Write(file, text);

        var definition = await ParseAsync($$$"""scenarios: { file: {{{file}}}, id: "{{iso}}", expected: "{{capital}}" }""");

        Assert.Equal(["fr", "jp"], definition.Scenarios.Select(scenario => scenario.Id));
        Assert.Equal(["Paris", "Tokyo"], definition.Scenarios.Select(scenario => scenario.Expected));
        Assert.Equal(["France", "Japan"], definition.Scenarios.Select(scenario => scenario.Vars!["country"].GetString()));
    }

    [Fact]
    public async Task A_file_gives_the_same_definition_as_its_rows_written_out()
    {
        Write("a.csv", "country,capital\nFrance,Paris\n");

        var fromFile = await ParseAsync("""scenarios: { file: a.csv, id: "{{country}}", expected: "{{capital}}", tags: europe }""");
        var inline = await ParseAsync("scenarios: [{ id: France, vars: { country: France, capital: Paris }, expected: Paris, tags: europe }]");

        Assert.Equal(DefinitionJson.IdOf(inline), DefinitionJson.IdOf(fromFile));
    }

    [Fact]
    public async Task Parquet_keeps_lists_numbers_and_nulls()
    {
        var schema = new ParquetSchema(new DataField<string>("question"), new ListField("choices", new DataField<string>("element")), new DataField<long?>("answer"));
        IReadOnlyCollection<IDictionary<string, object?>> rows =
        [
            new Dictionary<string, object?> { ["question"] = "2+2", ["choices"] = Texts("3", "4"), ["answer"] = 1L },
            new Dictionary<string, object?> { ["question"] = "3+3", ["choices"] = Texts("6", "7", "8"), ["answer"] = 0L },
        ];
        await using (var stream = File.Create(_folder.File("mmlu.parquet")))
        {
            await ParquetSerializer.SerializeUntypedAsync(rows, schema, stream, cancellationToken: TestContext.Current.CancellationToken);
        }

        var definition = await ParseAsync(
            """scenarios: { file: mmlu.parquet, expected: "{{ 'ABCD' | slice: answer }}" }""", "{{question}} {% for c in choices %}[{{c}}]{% endfor %}");

        Assert.Equal(["B", "A"], definition.Scenarios.Select(scenario => scenario.Expected));
        Assert.Equal(["1", "2"], definition.Scenarios.Select(scenario => scenario.Id));
        Assert.Equal(3, definition.Scenarios[1].Vars!["choices"].GetArrayLength());

        static List<ReadOnlyMemory<char>?> Texts(params string[] texts) => [.. texts.Select(text => (ReadOnlyMemory<char>?)text.AsMemory())];
    }

    [Theory]
    [InlineData("['3', '4', \"it's\", 'a, b']")]
    [InlineData("[\"3\", \"4\", \"it's\", \"a, b\"]")]
    [InlineData("['3' '4'\n \"it's\" 'a, b']")]
    public async Task A_list_in_a_cell_is_read_by_a_filter(string cell)
    {
        Write("a.csv", $"choices,answer\n\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\",2\n");

        var definition = await ParseAsync("""scenarios: { file: a.csv, expected: "{% assign c = choices | parse_list %}{{ c[answer] }}/{{ c[3] }}" }""", "x");

        Assert.Equal("it's/a, b", definition.Scenarios[0].Expected);
    }

    [Fact]
    public async Task A_value_with_line_breaks_quotes_and_braces_stays_as_it_is()
    {
        Write("a.csv", "id,text\na,\"one\ntwo \"\"quoted\"\" {{ name }} {% if %}\"\nb,plain\n");

        var definition = await ParseAsync("""scenarios: { file: a.csv, id: "{{id}}", expected: "{{text}}" }""", "{{text}}");

        Assert.Equal("one\ntwo \"quoted\" {{ name }} {% if %}", definition.Scenarios[0].Expected);
        Assert.Equal("b", definition.Scenarios[1].Id);
    }

    [Fact]
    public async Task Messages_of_a_row_are_few_shot_turns_and_no_templates()
    {
        Write("evals.jsonl", """
            {"input":[{"role":"system","content":"Terse."},{"role":"user","content":"1+1 {{x}}"},{"role":"assistant","content":"2"},{"role":"user","content":"2+2"}],"ideal":["4","four"]}
            """);

        var scenario = (await ParseAsync("""scenarios: { file: evals.jsonl, messages: "{{input}}", expected: "{{ideal}}" }""", prompt: null)).Scenarios[0];

        Assert.Equal(["4", "four"], scenario.AllExpected());
        var opening = FunctionsEval.Evaluation.Conversation.Opening.For("", scenario, Variant.Of("m"));
        Assert.Equal(["Terse.", "1+1 {{x}}", "2", "2+2"], opening.Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task Rows_are_picked_by_column_offset_and_limit()
    {
        Write("a.csv", "id,level\na,easy\nb,hard\nc,hard\nd,easy\ne,hard\nf,medium\n");

        Assert.Equal(["c", "e"], await Ids("where: { level: hard }, offset: 1, limit: 2"));
        Assert.Equal(["b", "c", "e", "f"], await Ids("where: { level: [hard, medium] }"));
        Assert.Equal(["a"], await Ids("limit: 1"));

        async Task<IEnumerable<string>> Ids(string pick) =>
            (await ParseAsync($$$"""scenarios: { file: a.csv, id: "{{id}}", {{{pick}}} }""", "x {{level}}")).Scenarios.Select(scenario => scenario.Id);
    }

    [Fact]
    public async Task A_table_without_names_gets_them_from_the_definition()
    {
        Write("mmlu.csv", "2+2?,3,4,5,6,B\n");

        var definition = await ParseAsync("""scenarios: { file: mmlu.csv, columns: [question, A, B, C, D, answer], expected: "{{answer}}" }""", "{{question}} A) {{A}} B) {{B}}");

        Assert.Equal("B", definition.Scenarios[0].Expected);
    }

    [Theory]
    [InlineData("a.csv", "id,x\na,1\nb,2\na,3\n", "id: \"{{id}}\"", "a.csv, line 4: scenarios[2].id must be unique, but \"a\" is already the id of the scenario in line 2.")]
    [InlineData("a.csv", "id,x\na,1\n", "id: \"{{idd}}\"", "a.csv, line 2: scenarios.id needs the variable \"idd\", which is no column; did you mean \"id\"?.")]
    [InlineData("a.csv", "id,x\na,1\n", "where: { level: 1 }", "scenarios.where names the column \"level\", which the data do not have; they have id, x.")]
    [InlineData("a.csv", "id,x\na,1\n", "ids: x", "scenarios.ids is not a known field; did you mean \"id\"?")]
    [InlineData("a.csv", "", "limit: 1", "scenarios.file 'a.csv' is empty, or a device or a pipe; it must be a regular file with something in it.")]
    [InlineData("a.csv", "id,x\n", "limit: 1", "has no rows.")]
    [InlineData("a.csv", "id,x\na,1\n", "where: { x: 2 }", "has no rows that where and offset leave.")]
    [InlineData("a.csv", "id,x\na,1,2\n", "limit: 5", "a.csv, line 2: The row has 3 values, but there are 2 columns (id, x).")]
    [InlineData("a.csv", "id,id\na,1\n", "limit: 5", "a.csv, line 1: The column 'id' is there twice; rename one.")]
    [InlineData("a.csv", "id,x\na,\"open\nb,2\n", "limit: 5", "A quote may not be closed")]
    [InlineData("a.jsonl", "{\"id\":\"a\"}\n{\"id\":\n", "limit: 5", "a.jsonl, line 2: The line is not JSON:")]
    [InlineData("a.jsonl", "{\"id\":\"a\",\"id\":\"b\"}\n", "limit: 5", "a.jsonl, line 1: The row has the column \"id\" twice.")]
    [InlineData("a.jsonl", "{\"id\":\"a\"}\n[1]\n", "limit: 5", "a.jsonl, line 2: Each row must be a JSON object, but this one is array.")]
    [InlineData("a.json", "{\"id\":\"a\"}", "limit: 5", "The file must be a JSON list of objects")]
    [InlineData("a.yaml", "id: a\n", "limit: 5", "The file must be a YAML list of mappings.")]
    [InlineData("a.parquet", "id,x\n", "limit: 5", "The file is not Parquet that can be read")]
    [InlineData("a.xlsx", "id,x\n", "limit: 5", "has an ending that tells no format; give scenarios.format, one of csv, tsv, jsonl, json, yaml, parquet.")]
    [InlineData("a.csv", "id,x\na,1\n", "format: excel", "scenarios.format must be one of csv, tsv, jsonl, json, yaml, parquet, but is \"excel\".")]
    public async Task What_is_wrong_is_said_with_its_line(string file, string text, string fields, string message)
    {
        Write(file, text);

        var errors = await ErrorsAsync($$"""scenarios: { file: {{file}}, {{fields}} }""");

        Assert.Contains(message, string.Join('\n', errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latin_1_is_refused_with_its_line_and_the_advice()
    {
        File.WriteAllBytes(_folder.File("a.csv"), Encoding.Latin1.GetBytes("id,x\na,Paris\nb,Orl\u00e9ans\n"));

        var error = Assert.Single(await ErrorsAsync("scenarios: { file: a.csv }"));

        Assert.Contains("a.csv, line 3: The byte 0xE9 is not UTF-8.", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("iconv", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Utf_16_is_refused()
    {
        File.WriteAllBytes(_folder.File("a.csv"), [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("id,x\na,1\n")]);

        Assert.Contains("is UTF-16", Assert.Single(await ErrorsAsync("scenarios: { file: a.csv }")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.jsonl")]
    public async Task A_line_without_end_is_refused_before_it_is_read_whole(string file)
    {
        await using (var stream = File.Create(_folder.File(file)))
        {
            stream.Write("id,x\n"u8);
            stream.Write("{\"a\":\""u8);
            // A hole of 3 GB that takes no place on the disk.
            stream.SetLength(3_000_000_000);
        }

        var error = Assert.Single(await ErrorsAsync($"scenarios: {{ file: {file}, format: {(file == "a.csv" ? "csv" : "jsonl")} }}"));

        Assert.Contains(file == "a.csv" ? "line 2: The line is longer than 4,194,304 bytes." : "line 1", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing.csv", "scenarios.file 'nothing.csv' does not exist")]
    [InlineData(".", "scenarios.file '.' has an ending that tells no format")]
    [InlineData("folder.csv", "scenarios.file 'folder.csv' is a folder; name a file in it.")]
    [InlineData("/dev/zero", "must be a regular file with something in it.")]
    [InlineData("pipe.csv", "scenarios.file 'pipe.csv' is empty, or a device or a pipe; it must be a regular file with something in it.")]
    public async Task Something_else_than_a_file_is_refused(string file, string message)
    {
        Directory.CreateDirectory(_folder.File("folder.csv"));
        using (var make = System.Diagnostics.Process.Start("mkfifo", _folder.File("pipe.csv")))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var format = file == "/dev/zero" ? ", format: csv" : "";
        Assert.Contains(message, Assert.Single(await ErrorsAsync($"scenarios: {{ file: {file}{format} }}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_lacks_a_column_names_template_variable_scenario_and_line()
    {
        Write("a.csv", "id,country\nfr,France\n");

        var error = Assert.Single(await ErrorsAsync("""scenarios: { file: a.csv, id: "{{id}}" }""", "Capital of {{city}}?"));

        Assert.EndsWith("""a.csv, line 2: The prompt "prompt-1" needs the variable "city", which scenario "fr" does not have.""", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_reads_no_file()
    {
        var outcome = DefinitionReader.ReadYaml("name: n\nprompt: \"{{x}}\"\nscenarios: { file: /etc/passwd }\nmodels: [m]\n");

        Assert.Contains("must be a list", Assert.Single(Assert.IsType<DefinitionOutcome.Rejected>(outcome).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_character_that_is_cut_by_the_end_of_a_buffer_is_read()
    {
        var text = new StringBuilder("id,x\n");
        for (var row = 0; row < 20_000; row++)
        {
            text.Append(row).Append(",\u00e4\u20ac\U0001f600\n");
        }

        Write("a.csv", text.ToString());

        var definition = await ParseAsync("""scenarios: { file: a.csv, id: "{{id}}" }""", "{{x}}");

        Assert.Equal(20_000, definition.Scenarios.Count);
        Assert.All(definition.Scenarios, scenario => Assert.Equal("\u00e4\u20ac\U0001f600", scenario.Vars!["x"].GetString()));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);

    private async Task<Definition> ParseAsync(string scenarios, string? prompt = "Capital of {{country}}?")
    {
        var outcome = await OutcomeAsync(scenarios, prompt);
        Assert.False(outcome is DefinitionOutcome.Rejected, outcome is DefinitionOutcome.Rejected(var errors) ? string.Join('\n', errors) : "");
        return ((DefinitionOutcome.Parsed)outcome).Definition;
    }

    private async Task<IReadOnlyList<DefinitionError>> ErrorsAsync(string scenarios, string prompt = "x") =>
        Assert.IsType<DefinitionOutcome.Rejected>(await OutcomeAsync(scenarios, prompt)).Errors;

    private Task<DefinitionOutcome> OutcomeAsync(string scenarios, string? prompt)
    {
        var yaml = $"name: n\n{(prompt is null ? "" : $"prompts: ['{prompt}']")}\n{scenarios}\nmodels: [m]\n";
        return DefinitionReader.ReadAsync(Encoding.UTF8.GetBytes(yaml), isJson: false, new DatasetFiles(_folder.Path), DefinitionDefaults.None, TestContext.Current.CancellationToken);
    }
}

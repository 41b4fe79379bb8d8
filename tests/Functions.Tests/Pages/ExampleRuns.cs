using System.Globalization;
using FunctionsEval.Evaluation.Cells;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Functions.Tests.Setup;
using FunctionsEval.Local;
using FunctionsEval.Providers;
using FunctionsEval.Runs.Activities;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Labels;
using FunctionsEval.Runs.Records;

namespace FunctionsEval.Functions.Tests.Pages;

/// <summary>Stored runs for the pages to show: prompts and models asked for capitals, with answers that are right as often as is likely for them.</summary>
internal static class ExampleRuns
{
    public const string Script = "<script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">";
    public const string RightToLeft = "\u202Eleft-to-right \u05E9\u05DC\u05D5\u05DD";

    private static readonly (string Id, string Country, string Capital, string Mistaken, string Continent)[] Countries =
    [
        ("bo", "Bolivia", "Sucre", "La Paz", "Americas"), ("br", "Brazil", "Brasília", "Rio de Janeiro", "Americas"), ("ca", "Canada", "Ottawa", "Toronto", "Americas"),
        ("us", "the United States", "Washington", "New York", "Americas"), ("ec", "Ecuador", "Quito", "Guayaquil", "Americas"), ("uy", "Uruguay", "Montevideo", "Punta del Este", "Americas"),
        ("za", "South Africa", "Pretoria", "Johannesburg", "Africa"), ("tz", "Tanzania", "Dodoma", "Dar es Salaam", "Africa"), ("ng", "Nigeria", "Abuja", "Lagos", "Africa"),
        ("ci", "Côte d'Ivoire", "Yamoussoukro", "Abidjan", "Africa"), ("ma", "Morocco", "Rabat", "Casablanca", "Africa"), ("bj", "Benin", "Porto-Novo", "Cotonou", "Africa"),
        ("nl", "the Netherlands", "Amsterdam", "The Hague", "Europe"), ("ch", "Switzerland", "Bern", "Zurich", "Europe"), ("fr", "France", "Paris", "Lyon", "Europe"),
        ("pl", "Poland", "Warsaw", "Kraków", "Europe"), ("mt", "Malta", "Valletta", "Sliema", "Europe"), ("li", "Liechtenstein", "Vaduz", "Schaan", "Europe"),
        ("tr", "Turkey", "Ankara", "Istanbul", "Asia"), ("kz", "Kazakhstan", "Astana", "Almaty", "Asia"), ("mm", "Myanmar", "Naypyidaw", "Yangon", "Asia"),
        ("lk", "Sri Lanka", "Sri Jayawardenepura Kotte", "Colombo", "Asia"), ("vn", "Vietnam", "Hanoi", "Ho Chi Minh City", "Asia"), ("pk", "Pakistan", "Islamabad", "Karachi", "Asia"),
        ("au", "Australia", "Canberra", "Sydney", "Oceania"), ("nz", "New Zealand", "Wellington", "Auckland", "Oceania"), ("fj", "Fiji", "Suva", "Nadi", "Oceania"),
        ("pw", "Palau", "Ngerulmud", "Koror", "Oceania"),
    ];

    private static readonly (string Name, string Model, string Template, double Right, int Milliseconds, decimal Usd, int Tokens)[] Variants =
    [
        ("plain mini", "openai:gpt-4.1-mini", "What is the capital of {{ country }}?", 0.55, 640, 0.00041m, 14),
        ("terse mini", "openai:gpt-4.1-mini", "Capital of {{ country }}? Answer with its name only.", 0.82, 410, 0.00022m, 9),
        ("stepwise mini", "openai:gpt-4.1-mini", "Think step by step, then name the capital of {{ country }}.", 0.83, 1890, 0.00136m, 31),
        ("plain sonnet", "anthropic:claude-sonnet-4-5", "What is the capital of {{ country }}?", 0.90, 1120, 0.0031m, 15),
    ];

    private static CancellationToken Cancel => CancellationToken.None;

    public static async Task<string> CapitalsAsync(LocalProgram program, int samples = 5, double finished = 1, int seed = 5)
    {
        var definition = new Definition(
            "capitals",
            "You answer questions about the world.",
            [.. Countries.Select(country => new Scenario(
                country.Id, country.Country, "", Expected: country.Capital, Tags: [country.Continent],
                Vars: new Dictionary<string, System.Text.Json.JsonElement>(StringComparer.Ordinal) { ["country"] = System.Text.Json.JsonSerializer.SerializeToElement(country.Country) }))],
            [],
            samples,
            Scorers: [new ScorerSpec("contains", "contains capital"), new ScorerSpec("length", "length", Unit: "words")],
            Variants: [.. Variants.Select(variant => new Variant(variant.Name, variant.Model, Prompt: variant.Name))],
            Compare: new CompareSpec(Margin: 0.05, Metrics: ["contains capital"]),
            Prompts: [.. Variants.Select(variant => new PromptTemplate(variant.Name, variant.Template))]);
        return await AddAsync(program, definition, finished, seed, (random, address) =>
        {
            var (country, variant) = (Countries[address.Item], Variants[address.Variant]);
            var isRight = random.NextDouble() < (country.Continent is "Europe" ? variant.Right + 0.15 : variant.Right - 0.05);
            var (capital, other) = isRight ? (country.Capital, country.Mistaken) : (country.Mistaken, country.Capital);
            var answer = address.Variant switch
            {
                1 => capital,
                2 => $"{country.Country} has several large cities. {(isRight ? $"{other} is the best known, but the government sits in {capital}" : $"The best known is {capital}, and it is the capital")}.",
                _ => $"The capital of {country.Country} is {capital}.",
            };
            var ended = RunCells.Noon.AddMilliseconds(variant.Milliseconds * (0.7 + (0.6 * random.NextDouble())));
            var scored = new CellRecord(
                address, CellOutcome.Scored, isRight ? 1 : 0, [new NamedScore("contains capital", isRight ? 1 : 0), new NamedScore("length", answer.Split(' ').Length)], null, 1, 0,
                variant.Tokens, answer.Length / 4, null, variant.Model.Split(':')[1], "stop", RunCells.Noon, ended, variant.Usd);
            return random.Next(60) switch
            {
                0 when address.Variant == 3 => (scored with { Outcome = CellOutcome.Refused, Score = null, Scores = [], FinishReason = "refusal" }, "I cannot help with that."),
                1 when address.Variant == 2 => (scored with { Outcome = CellOutcome.Truncated, Score = null, Scores = [], FinishReason = "length" }, ""),
                2 => (scored with { Outcome = CellOutcome.Failed, Score = null, Scores = [], Error = new CellError("RATE_LIMIT", "Too many requests: 429 after 6 attempts.", true, 429) }, ""),
                _ => (scored, answer),
            };
        });
    }

    /// <summary>Every text that a person or a model can write holds a script and text that runs from right to left.</summary>
    public static Task<string> HostileAsync(LocalProgram program)
    {
        var text = $"{Script}{RightToLeft}";
        var definition = new Definition(
            $"hostile {text}",
            text,
            [.. Enumerable.Range(0, 12).Select(index => new Scenario(
                $"s{index}{Script}", $"scenario {index} {text}", $"How acceptable is {text}?", Expected: text, Cluster: $"cluster {index / 2}{text}", Tags: [text],
                Vars: new Dictionary<string, System.Text.Json.JsonElement>(StringComparer.Ordinal) { ["name"] = System.Text.Json.JsonSerializer.SerializeToElement(text) }))],
            [],
            2,
            Scorers: [new ScorerSpec("number", $"number {text}", Min: 1, Max: 5), new ScorerSpec("judge", $"judge {text}", Judge: new JudgeSpec([text, $"other {text}"], text))],
            Variants: [new Variant($"first {text}", "openai:m0"), new Variant($"second {text}", "openai:m1")],
            Compare: new CompareSpec(Margin: 0.2));
        return AddAsync(program, definition, 1, seed: 5, (random, address) =>
        {
            var score = 1 + random.Next(4) + address.Variant;
            var judged = new JudgedScore(
                1, text, new Dictionary<string, double>(StringComparer.Ordinal) { [text] = score }, [new JudgedOnce(text, 0, score, "a", Reason: text), new JudgedOnce($"other {text}", 0, 3, "b", Reason: text)], null, 40 + score);
            var scored = RunCells.Scored(address, score: score) with
            {
                Scores = [new NamedScore($"number {text}", score), new NamedScore($"judge {text}", score, Judge: judged)],
                ModelVersion = text,
                FinishReason = text,
            };
            return random.Next(6) switch
            {
                0 => (scored with { Outcome = CellOutcome.Invalid, Score = null, Scores = [new NamedScore($"number {text}", null, text)] }, text),
                1 => (scored with { Outcome = CellOutcome.Failed, Score = null, Scores = [], Error = new CellError(text, text, false, 400, text) }, text),
                _ => (scored, $"{text} Rating: {score}"),
            };
        });
    }

    /// <summary>A panel of judges, and judges of all pairs of three variants, one of which takes what comes first.</summary>
    public static string JudgedYaml { get; } = $$"""
        name: judged
        scenarios:
        {{string.Join('\n', Enumerable.Range(0, 8).Select(index => $"  - {{ id: s{index}, prompt: 'How acceptable is case {index}?' }}"))}}
        models: ["openai-compatible:sim-noisy", "openai-compatible:sim-better-0.8", "openai-compatible:sim-wordy"]
        samplesPerScenario: 1
        scorers:
          - { type: judge, name: helpful, models: ["openai-compatible:sim-judge-noise", "openai-compatible:sim-judge-bias"], rubric: "How helpful?" }
          - { type: pairwise, name: preferred, model: "openai-compatible:sim-judge-noise-0.5-position-0.3", rubric: "Which helps more?", pairs: all }
        """;

    /// <summary>Somebody who fails every fifth of the answers that the scorer passes.</summary>
    public static async Task LabelAsync(LocalProgram program, string runId, int scenarios)
    {
        var cells = await program.Cells.AllAsync(await program.Runs.GetAsync(runId, Cancel), Cancel)
            .Where(cell => cell.Address.Item < scenarios && cell.Address.Sample == 0 && cell.Score is not null).ToListAsync();
        await program.Get<LabelStore>().SaveAsync(
            runId, [.. cells.Select((cell, index) => new CellLabel(cell.Address, "contains capital", index % 5 == 0 ? 0 : cell.Score!.Value, "ann", RunCells.Noon))], Cancel);
        await program.AnalyzeRun.AnalyzeAsync(runId, Cancel);
    }

    private static async Task<string> AddAsync(
        LocalProgram program, Definition definition, double finished, int seed, Func<Random, CellAddress, (CellRecord Cell, string Answer)> answer)
    {
        var random = new Random(seed);
        var id = await program.Definitions.AddAsync(definition, Cancel);
        var run = new RunRecord(
            RunId.New(TimeProvider.System.GetUtcNow()), RunRecord.MultiSample, definition.Name, id, definition.AllVariants(), definition.Scenarios.Count, definition.Scorers,
            new RunSampling(definition.SamplesPerScenario, Percentage: 100, Seed: null, DispatchSeed: 7), new RunCalls(definition.Preamble, definition.Config), RunStatus.Paused,
            RunCells.Noon, new RunCourse(finished < 1 ? RunCells.Noon : TimeProvider.System.GetUtcNow().AddMinutes(-4), Reason: finished < 1 ? "Paused: the key of openai was refused (401)." : null), definition.Compare)
        {
            Tags = ["nightly"],
        };
        await program.Runs.AddAsync(run, Cancel);
        await program.Runs.AddItemsAsync(run.RunId, definition.Scenarios.Select((scenario, item) => (item, ScenarioJson.Write(scenario))).ToAsyncEnumerable(), Cancel);
        var addresses = RunCells.Addresses(run).ToList();
        await Parallel.ForEachAsync(addresses.Take((int)(finished * addresses.Count)).Select(address => (address, answer(random, address))).ToList(), async (cell, _) =>
        {
            var (address, (record, text)) = cell;
            var prompt = run.Variants[address.Variant].Template is { } template ? template.Template.Replace("{{ country }}", definition.Scenarios[address.Item].Name, StringComparison.Ordinal) : definition.Scenarios[address.Item].Prompt;
            var transcript = new Transcript([new Turn(1, "scenario_prompt", prompt, text, record.FinishReason, (int?)record.InputTokens, (int?)record.OutputTokens)], record.ModelVersion, record.StartedAt, record.CompletedAt);
            ModelOutcome outcome = record.Error is { } error
                ? new ModelOutcome.Failed(new ModelFailure(ModelErrorCode.RateLimit, error.Message, error.StatusCode))
                : new ModelOutcome.Answered(new ModelAnswer(text, "stop", "m", new TokenUsage(10, 2), string.Create(CultureInfo.InvariantCulture, $"req-{address.RowKey}")));
            await program.Cells.StoreAsync(run.RunId, record, transcript, [new ProviderCall("openai", "m", 1, record.StartedAt, record.CompletedAt, outcome)]);
        });
        if (finished == 1)
        {
            await program.AnalyzeRun.AnalyzeAsync(run.RunId, Cancel);
            await program.Get<CompleteRun>().RunAsync(new CompleteRunInput(run.RunId), Cancel);
        }

        return run.RunId;
    }
}

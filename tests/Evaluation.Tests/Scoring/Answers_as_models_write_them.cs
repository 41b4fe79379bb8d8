using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

/// <summary>
/// Answers to "What is the capital of France?" as models write them, scored against "Paris" by the scorers that look for a text. Each row says what a reader
/// expects: E exact, P exact with <c>plain</c>, C contains, W contains with <c>word</c>, S starts_with, s starts_with with <c>plain</c>, N ends_with,
/// n ends_with with <c>plain</c>. A letter that is there scores 1, one that is not 0.
/// </summary>
public sealed class Answers_as_models_write_them
{
    public static TheoryData<string, string> About_Paris => new()
    {
        { "Paris", "EPCWSsNn" },
        { "Paris.", "PCWSsn" },
        { "Paris!", "PCWSsn" },
        { " Paris\n", "EPCWSsNn" },
        { "\n\nParis", "EPCWSsNn" },
        { "**Paris**", "PCWsn" },
        { "**Paris.**", "PCWsn" },
        { "**Paris**.", "PCWsn" },
        { "*Paris*", "PCWsn" },
        { "_Paris_", "PCsn" },
        { "__Paris__", "PCsn" },
        { "***Paris***", "PCWsn" },
        { "`Paris`", "PCWsn" },
        { "``Paris``", "PCWsn" },
        { "```\nParis\n```", "PCWsn" },
        { "```text\nParis\n```", "PCWsn" },
        { "~~~\nParis\n~~~", "PCWsn" },
        { "\"Paris\"", "PCWsn" },
        { "'Paris'", "PCWsn" },
        { "\u201cParis\u201d", "PCWsn" },
        { "\u201cParis.\u201d", "PCWsn" },
        { "\u201cParis\u201d.", "PCWsn" },
        { "\u00abParis\u00bb", "PCWsn" },
        { "\u201eParis\u201c", "PCWsn" },
        { "\u2018Paris\u2019", "PCWsn" },
        { "(Paris)", "PCWsn" },
        { "[Paris]", "PCWsn" },
        { "[Paris](https://en.wikipedia.org/wiki/Paris)", "PCWsn" },
        { "# Paris", "PCWNsn" },
        { "### **Paris**", "PCWsn" },
        { "> Paris", "PCWNsn" },
        { "- Paris", "PCWNsn" },
        { "* Paris", "PCWNsn" },
        { "\u2022 Paris", "PCWNsn" },
        { "Paris\r\n", "EPCWSsNn" },
        { "\u200bParis", "EPCWSsNn" },
        { "Paris\u00a0", "EPCWSsNn" },
        { "\ufeffParis", "EPCWSsNn" },
        { "<think>It is London. No.</think>Paris", "EPCWSsNn" },
        { "<think>\nLondon?\n</think>\n\n**Paris**", "PCWsn" },
        { "thoughts about London</think>\nParis", "EPCWSsNn" },
        { "<reasoning>capital</reasoning> Paris.", "PCWSsn" },
        { "<think>a</think>\n<think>b</think>Paris", "EPCWSsNn" },
        { "[THINK]London[/THINK]Paris", "EPCWSsNn" },
        { "\u25c1think\u25b7London\u25c1/think\u25b7Paris", "EPCWSsNn" },
        { "<seed:think>London</seed:think>Paris", "EPCWSsNn" },
        { "<scratchpad>London</scratchpad>\nParis", "EPCWSsNn" },
        { "<|channel|>analysis<|message|>London<|end|><|start|>assistant<|channel|>final<|message|>Paris", "EPCWSsNn" },
        { "Paris<|im_end|>", "EPCWSsNn" },
        { "Paris<|eot_id|>\n</s>", "EPCWSsNn" },
        { "The capital of France is Paris.", "CWn" },
        { "The capital of France is **Paris**.", "CWn" },
        { "The capital of France is Paris", "CWNn" },
        { "Paris is the capital of France.", "CWSs" },
        { "**Paris** is the capital of France.", "CWs" },
        { "Paris, of course.", "CWSs" },
        { "Paris (France)", "CWSs" },
        { "Answer: Paris", "CWNn" },
        { "**Answer:** Paris", "CWNn" },
        { "Answer: **Paris**", "CWn" },
        { "Sure! The answer is Paris. Anything else?", "CW" },
        { "Paris\n\nIt has been the capital since 987.", "CWSs" },
        { "1. Paris", "CWNn" },
        { "It is paris.", "" },
        { "PARIS", "" },
        { "Parisian", "CSs" },
        { "Pari s", "" },
        { "Comparison", "" },
        { "I do not know.", "" },
        { "London", "" },
        { "London, not Paris.", "CWn" },
        { "La capitale de la France est Paris.", "CWn" },
        { "Die Hauptstadt Frankreichs ist Paris.", "CWn" },
        { "\u6cd5\u56fd\u7684\u9996\u90fd\u662fParis\u3002", "CWn" },
        { "\u041f\u0430\u0440\u0438\u0436 (Paris)", "CW" },
        { "{\"capital\": \"Paris\"}", "CW" },
        { "Paris\u2014the capital", "CWSs" },
        { "Greater-Paris", "CWNn" },
        { "snake_Paris_case", "C" },
        { "2Paris", "CNn" },
    };

    [Theory]
    [MemberData(nameof(About_Paris))]
    public void Each_scorer_says_what_a_reader_says(string answer, string scores)
    {
        var said = string.Concat(
            Letter("E", new ScorerSpec("exact")),
            Letter("P", new ScorerSpec("exact", Plain: true)),
            Letter("C", new ScorerSpec("contains")),
            Letter("W", new ScorerSpec("contains", Word: true)),
            Letter("S", new ScorerSpec("starts_with")),
            Letter("s", new ScorerSpec("starts_with", Plain: true)),
            Letter("N", new ScorerSpec("ends_with")),
            Letter("n", new ScorerSpec("ends_with", Plain: true)));

        Assert.Equal(string.Concat(scores.Order()), string.Concat(said.Order()));

        string Letter(string letter, ScorerSpec spec) => Scorers.Create(spec).Score(answer, "Paris") == new Score.Valued(1) ? letter : "";
    }

    [Theory]
    [InlineData("It\u2019s a don\u2019t", "it's a don't", true)]
    [InlineData("It\u2019s", "It's", true)]
    [InlineData("pages 3\u20135", "pages 3-5", true)]
    [InlineData("2*3*4 = 24", "2*3*4 = 24", true)]
    [InlineData("use my_variable_name", "use my_variable_name", true)]
    [InlineData("**one** and **two**", "one and two", true)]
    [InlineData("**a *b* c**", "a b c", true)]
    [InlineData("~~no~~ yes", "no yes", true)]
    [InlineData("a  b\n\nc", "a b c", true)]
    [InlineData("Wait...", "Wait...", true)]
    [InlineData("\"a\" and \"b\"", "\"a\" and \"b\"", true)]
    [InlineData("\u300c\u6771\u4eac\u300d\u3002", "\u6771\u4eac", true)]
    [InlineData("**Tokyo (\u6771\u4eac)**", "Tokyo (\u6771\u4eac)", true)]
    [InlineData("## Result\n\n- **Oslo**", "Result Oslo", true)]
    [InlineData("a*b", "ab", false)]
    [InlineData("C#", "C", false)]
    public void Plain_compares_what_a_reader_reads(string answer, string expected, bool same) =>
        Assert.Equal(new Score.Valued(same ? 1 : 0), Scorers.Create(new ScorerSpec("exact", IgnoreCase: true, Plain: true)).Score(answer, expected));

    [Theory]
    [InlineData("\u9996\u90fd\u662f\u5df4\u9ece\u3002", "\u5df4\u9ece", 1)]
    [InlineData("\u9996\u90fd\u306f\u30d1\u30ea\u3067\u3059", "\u30d1\u30ea", 1)]
    [InlineData("\u0e40\u0e21\u0e37\u0e2d\u0e07\u0e2b\u0e25\u0e27\u0e07\u0e04\u0e37\u0e2d\u0e1b\u0e32\u0e23\u0e35\u0e2a", "\u0e1b\u0e32\u0e23\u0e35\u0e2a", 1)]
    [InlineData("\u0915\u0940", "\u0915", 0)]
    [InlineData("\u041f\u0430\u0440\u0438\u0436\u0430\u043d\u0438\u043d", "\u041f\u0430\u0440\u0438\u0436", 0)]
    [InlineData("\u041f\u0430\u0440\u0438\u0436.", "\u041f\u0430\u0440\u0438\u0436", 1)]
    [InlineData("\u00fcber", "ber", 0)]
    [InlineData("25", "5", 0)]
    [InlineData("3.5", "5", 0)]
    [InlineData("5th", "5", 0)]
    [InlineData("5.", "5", 1)]
    public void Words_of_other_scripts_stand_alone_as_they_do_there(string answer, string word, double score) =>
        Assert.Equal(new Score.Valued(score), Scorers.Create(new ScorerSpec("contains", Word: true)).Score(answer, word));
}

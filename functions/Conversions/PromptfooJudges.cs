using System.Globalization;
using System.Text.Json.Nodes;

namespace FunctionsEval.Conversions;

/// <summary>What a test lets a model grade.</summary>
/// <param name="Kind">The name of the scorer that it becomes: rubric, factuality, g-eval or best.</param>
/// <param name="Liquid">What the grader is told, as a template.</param>
/// <param name="Text">The same with the variables of the test.</param>
/// <param name="Model">The judge.</param>
/// <param name="Threshold">The least score, 0 to 1, that passes; null is a verdict of pass or fail.</param>
internal sealed record PromptfooGrading(string Kind, string Liquid, string Text, string Model, double? Threshold, double? Weight)
{
    public const string Best = "best";
}

/// <summary>
/// Model-graded assertions as judges. A judge belongs to the definition, and its rubric may be a variable of each scenario: the assertions of a test become judges in
/// their order, and a test that has fewer of them passes the others with any text.
/// </summary>
internal sealed class PromptfooJudges(Conversion conversion)
{
    public void Add(List<PromptfooTest> tests, JsonArray scenarios)
    {
        AddBest(tests, scenarios);
        var slots = new List<(string Key, PromptfooGrading?[] OfTest)>();
        foreach (var (index, test) in tests.Index())
        {
            var taken = new HashSet<int>();
            foreach (var grading in test.Gradings.Where(grading => grading.Kind != PromptfooGrading.Best))
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"{grading.Kind}|{grading.Model}|{grading.Threshold}|{grading.Weight}");
                var slot = slots.FindIndex(slot => slot.Key == key && slot.OfTest[index] is null && !taken.Contains(slots.IndexOf(slot)));
                if (slot < 0)
                {
                    slots.Add((key, new PromptfooGrading?[tests.Count]));
                    slot = slots.Count - 1;
                }

                taken.Add(slot);
                slots[slot].OfTest[index] = grading;
            }
        }

        foreach (var (_, ofTest) in slots)
        {
            AddJudge(tests, scenarios, ofTest);
        }
    }

    private void AddJudge(List<PromptfooTest> tests, JsonArray scenarios, PromptfooGrading?[] ofTest)
    {
        var first = ofTest.First(grading => grading is not null)!;
        var name = Free(first.Kind);
        var judge = new JsonObject { ["type"] = "judge", ["name"] = name, ["model"] = first.Model, ["rubric"] = Rubric(tests, scenarios, ofTest, name) };
        if (first.Threshold is { } least)
        {
            judge["scale"] = new JsonObject { ["min"] = 0, ["max"] = 1 };
            judge["pass"] = string.Create(CultureInfo.InvariantCulture, $">= {least}");
        }
        else
        {
            judge["passFail"] = true;
        }

        if (first.Weight is { } weight)
        {
            judge["weight"] = weight;
        }

        Scorers().Add(judge);
        foreach (var (index, grading) in ofTest.Index())
        {
            if (grading is null)
            {
                var scenario = (JsonObject)scenarios[index]!;
                scenario["scorers"] ??= new JsonArray();
                ((JsonArray)scenario["scorers"]!).Add(new JsonObject { ["name"] = name, ["type"] = "length", ["min"] = 1 });
                conversion.Note($"some tests have no assertion that becomes the judge '{name}': any answer with a text in it passes it there");
            }
        }

        if (tests.Exists(test => test.Threshold is not null))
        {
            conversion.Note("the threshold of a test counts its other assertions; a judge must pass by itself");
        }
    }

    /// <summary>A preference among the answers is a scorer of type pairwise, for all scenarios or none.</summary>
    private void AddBest(List<PromptfooTest> tests, JsonArray scenarios)
    {
        var best = tests.Select(test => test.Gradings.Where(grading => grading.Kind == PromptfooGrading.Best).ToList()).ToList();
        if (best.TrueForAll(gradings => gradings.Count == 0))
        {
            return;
        }

        if (best.Exists(gradings => gradings.Count != 1))
        {
            conversion.LeaveOut("assertion select-best, which not every test has exactly once (a pairwise scorer compares the answers of all)");
            return;
        }

        if (conversion.Variants < 2)
        {
            conversion.LeaveOut("assertion select-best: there is one variant, and nothing to choose from");
            return;
        }

        conversion.Note("select-best becomes a pairwise scorer: judges compare the answers of two variants at a time, in both orders");
        PromptfooGrading?[] ofTest = [.. best.Select(gradings => gradings[0])];
        Scorers().Add(new JsonObject
        {
            ["type"] = "pairwise",
            ["name"] = Free(PromptfooGrading.Best),
            ["model"] = ofTest[0]!.Model,
            ["rubric"] = Rubric(tests, scenarios, ofTest, PromptfooGrading.Best),
        });
    }

    /// <summary>The text that all tests have, or a variable that each sets.</summary>
    private static string Rubric(List<PromptfooTest> tests, JsonArray scenarios, PromptfooGrading?[] ofTest, string name)
    {
        if (ofTest.All(grading => grading is not null && grading.Liquid == ofTest[0]!.Liquid))
        {
            return ofTest[0]!.Liquid;
        }

        var variable = name.Replace('-', '_');
        while (tests.Exists(test => test.Vars.ContainsKey(variable)))
        {
            variable = $"judged_{variable}";
        }

        foreach (var (index, grading) in ofTest.Index().Where(entry => entry.Item is not null))
        {
            ((JsonObject)scenarios[index]!["vars"]!)[variable] = grading!.Text;
        }

        return $"{{{{ {variable} }}}}";
    }

    private JsonArray Scorers()
    {
        conversion.Definition["scorers"] ??= new JsonArray();
        return (JsonArray)conversion.Definition["scorers"]!;
    }

    private string Free(string name)
    {
        var free = name;
        for (var number = 2; Scorers().Any(scorer => Loose.Text(scorer!["name"]) == free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return free;
    }
}

using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Scoring;

namespace FunctionsEval.Evaluation.Tests.Scoring;

/// <summary>
/// Levenshtein, ROUGE-L and BLEU of answers as models write them. The figures were computed by a second implementation, in Python, from the definitions:
/// whole tables for edit distance and common subsequence, sacreBLEU's regular expressions of mteval-v13a with exponential smoothing for BLEU.
/// </summary>
public sealed class Measuring_likeness
{
    public static TheoryData<string, string, double, double, double> Answers => new()
    {
        { "The capital of France is Paris.", "The capital of France is Paris.", 1.000000, 1.000000, 1.000000 },
        { "Paris is the capital of France.", "The capital of France is Paris.", 0.387097, 0.666667, 0.290715 },
        { "The capital is Paris.", "The capital of France is Paris.", 0.677419, 0.800000, 0.335160 },
        { "the capital of france is paris", "The capital of France is Paris.", 0.870968, 1.000000, 0.152072 },
        { "Paris.", "The capital of France is Paris.", 0.193548, 0.285714, 0.082085 },
        { "Paris", "The capital of France is Paris.", 0.161290, 0.285714, 0.002479 },
        { "The capital of France is **Paris**.", "The capital of France is Paris.", 0.885714, 1.000000, 0.381633 },
        { "**The capital of France is Paris.**", "The capital of France is Paris.", 0.885714, 1.000000, 0.570675 },
        { "`The capital of France is Paris.`", "The capital of France is Paris.", 0.939394, 1.000000, 0.725980 },
        { "\"The capital of France is Paris.\"", "The capital of France is Paris.", 0.939394, 1.000000, 0.725980 },
        { "\u201cThe capital of France is Paris.\u201d", "The capital of France is Paris.", 0.939394, 1.000000, 0.680375 },
        { "The capital of France is Paris!", "The capital of France is Paris.", 0.967742, 1.000000, 0.809107 },
        { "The capital of France is Paris", "The capital of France is Paris.", 0.967742, 1.000000, 0.846482 },
        { "The  capital of France is Paris.", "The capital of France is Paris.", 0.968750, 1.000000, 1.000000 },
        { "The capital of France\nis Paris.", "The capital of France is Paris.", 0.967742, 1.000000, 1.000000 },
        { "The capital of Germany is Berlin.", "The capital of France is Paris.", 0.727273, 0.666667, 0.277762 },
        { "France's capital is Paris.", "The capital of France is Paris.", 0.451613, 0.545455, 0.286419 },
        { "France\u2019s capital is Paris.", "The capital of France is Paris.", 0.451613, 0.545455, 0.286419 },
        { "It is Paris, the capital of France, on the Seine.", "The capital of France is Paris.", 0.489796, 0.500000, 0.151332 },
        { "I do not know.", "The capital of France is Paris.", 0.193548, 0.000000, 0.071605 },
        { "La capitale de la France est Paris.", "The capital of France is Paris.", 0.685714, 0.307692, 0.122231 },
        { "\u6cd5\u56fd\u7684\u9996\u90fd\u662f\u5df4\u9ece\u3002", "The capital of France is Paris.", 0.000000, 0.000000, 0.000000 },
        { "- The capital of France is Paris.", "The capital of France is Paris.", 0.939394, 1.000000, 0.840896 },
        { "1. The capital of France is Paris.", "The capital of France is Paris.", 0.911765, 0.923077, 0.725980 },
        { "# The capital of France is Paris.", "The capital of France is Paris.", 0.939394, 1.000000, 0.840896 },
        { "Sure! The capital of France is Paris.", "The capital of France is Paris.", 0.837838, 0.923077, 0.725980 },
        { "The capital of France is Paris. It lies on the Seine.", "The capital of France is Paris.", 0.584906, 0.705882, 0.470371 },
        { "The capital of France is Lyon.", "The capital of France is Paris.", 0.838710, 0.833333, 0.643459 },
        { "capital France Paris", "The capital of France is Paris.", 0.645161, 0.666667, 0.104609 },
        { "Paris Paris Paris Paris", "The capital of France is Paris.", 0.354839, 0.200000, 0.075454 },
        { "A cat sat on the mat.", "A cat sat on the mat.", 1.000000, 1.000000, 1.000000 },
        { "The cat sat on the mat.", "A cat sat on the mat.", 0.869565, 0.833333, 0.809107 },
        { "A cat sat on a mat.", "A cat sat on the mat.", 0.857143, 0.833333, 0.488923 },
        { "A cat was sitting on the mat.", "A cat sat on the mat.", 0.689655, 0.769231, 0.411134 },
        { "On the mat sat a cat.", "A cat sat on the mat.", 0.428571, 0.500000, 0.165158 },
        { "A dog sat on the mat.", "A cat sat on the mat.", 0.857143, 0.833333, 0.643459 },
        { "A cat sat.", "A cat sat on the mat.", 0.476190, 0.666667, 0.301815 },
        { "cat mat", "A cat sat on the mat.", 0.333333, 0.500000, 0.058043 },
        { "A cat sat on the mat and slept.", "A cat sat on the mat.", 0.677419, 0.857143, 0.610474 },
        { "A cat, sat on the mat.", "A cat sat on the mat.", 0.954545, 1.000000, 0.594604 },
        { "A-cat sat on the mat.", "A cat sat on the mat.", 0.952381, 1.000000, 0.643187 },
        { "a cat sat on the mat", "A cat sat on the mat.", 0.904762, 1.000000, 0.643187 },
        { "A CAT SAT ON THE MAT.", "A cat sat on the mat.", 0.333333, 1.000000, 0.078098 },
        { "Eine Katze sa\u00df auf der Matte.", "A cat sat on the mat.", 0.413793, 0.000000, 0.065673 },
        { "A cat sat on the mat\u2026", "A cat sat on the mat.", 0.952381, 1.000000, 0.643187 },
        { "\U0001f431 sat on the mat.", "A cat sat on the mat.", 0.761905, 0.800000, 0.643187 },
        { "The feline rested upon the rug.", "A cat sat on the mat.", 0.387097, 0.166667, 0.078098 },
        { "A cat sat on the", "A cat sat on the mat.", 0.761905, 0.909091, 0.670320 },
        { "sat on the mat", "A cat sat on the mat.", 0.666667, 0.800000, 0.472367 },
        { "mat the on sat cat A", "A cat sat on the mat.", 0.428571, 0.166667, 0.107531 },
        { "Water boils at 100 degrees Celsius.", "Water boils at 100 degrees Celsius.", 1.000000, 1.000000, 1.000000 },
        { "Water boils at 100 \u00b0C.", "Water boils at 100 degrees Celsius.", 0.600000, 0.727273, 0.454802 },
        { "Water boils at 100\u00b0C.", "Water boils at 100 degrees Celsius.", 0.571429, 0.727273, 0.286419 },
        { "Water boils at 212 degrees Fahrenheit.", "Water boils at 100 degrees Celsius.", 0.684211, 0.666667, 0.277762 },
        { "At 100 degrees Celsius water boils.", "Water boils at 100 degrees Celsius.", 0.285714, 0.666667, 0.277762 },
        { "Water boils at 100.0 degrees Celsius.", "Water boils at 100 degrees Celsius.", 0.945946, 0.923077, 0.411134 },
        { "Water boils at a hundred degrees.", "Water boils at 100 degrees Celsius.", 0.600000, 0.666667, 0.277762 },
        { "100 degrees Celsius", "Water boils at 100 degrees Celsius.", 0.542857, 0.666667, 0.263597 },
        { "100", "Water boils at 100 degrees Celsius.", 0.085714, 0.285714, 0.002479 },
        { "It boils at 100 degrees Celsius, at sea level.", "Water boils at 100 degrees Celsius.", 0.608696, 0.666667, 0.367206 },
        { "Water freezes at 0 degrees Celsius.", "Water boils at 100 degrees Celsius.", 0.771429, 0.666667, 0.277762 },
        { "Water boils at 100 degrees Celsius (212 \u00b0F).", "Water boils at 100 degrees Celsius.", 0.795455, 0.857143, 0.479878 },
        { "Water boils at about 100 degrees Celsius.", "Water boils at 100 degrees Celsius.", 0.853659, 0.923077, 0.500000 },
        { "Water boils at $100$ degrees Celsius.", "Water boils at 100 degrees Celsius.", 0.945946, 1.000000, 0.310202 },
        { "\u0421\u0442\u043e\u043b\u0438\u0446\u0430 \u0424\u0440\u0430\u043d\u0446\u0438\u0438 \u2014 \u041f\u0430\u0440\u0438\u0436.", "\u041f\u0430\u0440\u0438\u0436 \u2014 \u0441\u0442\u043e\u043b\u0438\u0446\u0430 \u0424\u0440\u0430\u043d\u0446\u0438\u0438.", 0.291667, 0.666667, 0.151069 },
        { "\u6cd5\u56fd\u7684\u9996\u90fd\u662f\u5df4\u9ece\u3002", "\u6cd5\u56fd\u7684\u9996\u90fd\u662f\u5df4\u9ece\u3002", 1.000000, 1.000000, 1.000000 },
        { "\u5df4\u9ece\u662f\u6cd5\u56fd\u7684\u9996\u90fd\u3002", "\u6cd5\u56fd\u7684\u9996\u90fd\u662f\u5df4\u9ece\u3002", 0.333333, 0.625000, 0.000000 },
        { "\u00dcber die Br\u00fccke", "\u00fcber die Br\u00fccke", 0.933333, 1.000000, 0.550321 },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void The_three_measures_agree_with_a_second_implementation(string answer, string reference, double levenshtein, double rouge, double bleu)
    {
        Assert.Equal(levenshtein, Of("levenshtein"), 1e-6);
        Assert.Equal(rouge, Of("rouge_l"), 1e-6);
        Assert.Equal(bleu, Of("bleu"), 1e-6);

        double Of(string type) => Assert.IsType<Score.Valued>(Scorers.Create(new ScorerSpec(type)).Score(answer, reference)).Value;
    }
}

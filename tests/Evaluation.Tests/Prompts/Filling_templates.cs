using System.Text.Json;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Tests.Prompts;

public sealed class Filling_templates
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Variables = JsonDocument.Parse("""
        {"name":"X{{y}}","html":"<b>&\"é","list":["a","b"],"m":{"k":"v"},"flag":true,"n":"3.10","none":null}
        """).RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value);

    [Theory]
    [InlineData("Hello {{name}}!", "Hello X{{y}}!")]
    [InlineData("{{ html }}", "<b>&\"é")]
    [InlineData("{% for i in list %}{{ i }},{% endfor %}", "a,b,")]
    [InlineData("{% if flag %}{{ m.k }}{% endif %}", "v")]
    [InlineData("{% raw %}{{x}}{% endraw %}", "{{x}}")]
    [InlineData("{{ name | upcase | append: '!' }}", "X{{Y}}!")]
    [InlineData("{{n}}", "3.10")]
    [InlineData("a }} { b } {", "a }} { b } {")]
    [InlineData("line\r\n", "line\r\n")]
    public void Variables_go_in_as_they_are(string template, string text) => Assert.Equal(text, LiquidText.Render(template, Variables));

    [Theory]
    [InlineData("{{ nome }}", "needs the variable \"nome\"")]
    [InlineData("{{ Name }}", "needs the variable \"Name\"")]
    [InlineData("{{ none }}", "needs the variable \"none\"")]
    [InlineData("{% if nome %}{% endif %}", "needs the variable \"nome\"")]
    [InlineData("{{ nome | default: 'x' }}", "needs the variable \"nome\"")]
    [InlineData("{{ name | bogus }}", "fails: Undefined filter 'bogus'")]
    [InlineData("{{ m.z }}", "needs a field of a variable that is not there")]
    [InlineData("{{ name", "is not Liquid: ")]
    [InlineData("{% include 'a' %}", "is not Liquid: ")]
    [InlineData("{% render 'a' %}", "is not Liquid: ")]
    [InlineData("{{ 'now' | date: '%Y' }}", "must not ask for the time")]
    [InlineData("{% for i in (1..1000000) %}x{% endfor %}", "takes more than 10,000 steps")]
    [InlineData("{% assign s = name %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}", "makes a text of more than 400,000 characters")]
    [InlineData("{% capture s %}{{ name }}{% endcapture %}{% for i in (1..40) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}", "makes a text of more than 400,000 characters")]
    public void What_a_prompt_must_not_have_is_an_error(string template, string message) =>
        Assert.StartsWith(message, Assert.Throws<TemplateException>(() => LiquidText.Render(template, Variables)).Message, StringComparison.Ordinal);

    /// <summary>Each of these ends the process by its depth when nothing bounds it.</summary>
    [Theory]
    [InlineData("{% if flag %}", "{% endif %}", 8_000)]
    [InlineData("{{ m", "[m", 40_000)]
    [InlineData("{{ name", "|upcase", 14_000)]
    [InlineData("{{ ((((", "(", 40_000)]
    public void A_template_without_end_is_refused(string start, string repeated, int times) =>
        Assert.Contains("must have at most 200 tags", LiquidText.Check(start + string.Concat(Enumerable.Repeat(repeated, times))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Hello {{name}}", true)]
    [InlineData("{% if x %}", true)]
    [InlineData("{\"a\": {\"b\": 1}}", false)]
    [InlineData("{{ 1 }} {{\"a\"}} f(x) = {x}", false)]
    public void Markup_is_told_from_braces(string text, bool isMarkup) => Assert.Equal(isMarkup, LiquidText.HasMarkup(text));
}

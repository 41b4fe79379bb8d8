using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fluid;
using Fluid.Values;

namespace FunctionsEval.Evaluation.Prompts;

/// <summary>
/// Liquid without what a prompt must not have: files, the clock, missing variables that turn into nothing, and texts or loops without end. Thread-safe.
/// </summary>
public static partial class LiquidText
{
    public const int MaxSteps = 10_000;
    public const int MaxOutputLength = 400_000;

    // Each of these nests a call in the parser and in the evaluation, whose stack is bounded.
    public const int MaxTags = 200;

    private const int MaxCached = 1_000;
    private const string UndefinedVariable = "Undefined variable ";

    private static readonly PromptParser Parser = new();
    private static readonly TemplateOptions Options = NewOptions();
    private static readonly ConcurrentDictionary<string, IFluidTemplate> Cache = new(StringComparer.Ordinal);

    /// <summary>Whether a text that is not declared as a template looks like one.</summary>
    public static bool HasMarkup(string text) => text.Contains('{') && Markup().IsMatch(text);

    /// <summary>Why a template cannot be read; null when it can.</summary>
    public static string? Check(string template)
    {
        try
        {
            Parse(template);
            return null;
        }
        catch (TemplateException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>The steps of a text that is one variable and nothing else, as <c>{{ a.b }}</c>; null for any other.</summary>
    public static IReadOnlyList<string>? ReferenceOf(string text) => Reference().Match(text) is { Success: true } match ? match.Groups["path"].Value.Split('.') : null;

    /// <summary>A template that renders as this text, whatever stands in it.</summary>
    public static string Escape(string text) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal)
        ? Opener().Replace(text, "{{ '$0' }}")
        : text;

    /// <exception cref="TemplateException">The message continues "the template ...".</exception>
    public static string Render(string template, IReadOnlyDictionary<string, JsonElement> variables)
    {
        var parsed = Parse(template);
        var context = new TemplateContext(Options, StringComparer.Ordinal)
        {
            Assigned = (_, value, _) => Bounded(value),
            Captured = (_, value, _) => Bounded(value),
        };
        foreach (var (name, value) in variables)
        {
            // A null is as good as missing.
            if (value.ValueKind != JsonValueKind.Null)
            {
                context.SetValue(name, FluidValue.Create(Plain(value), Options));
            }
        }

        using var writer = new BoundedWriter();
        try
        {
            var rendering = parsed.RenderAsync(writer, NullEncoder.Default, context);
            return rendering.IsCompletedSuccessfully
                ? writer.ToString()
                : throw (rendering.AsTask().Exception?.InnerException ?? new TemplateException("does not end"));
        }
        catch (TemplateException)
        {
            throw;
        }
        catch (FluidException undefined) when (undefined.Message.StartsWith(UndefinedVariable, StringComparison.Ordinal))
        {
            // Of a field the library says only that it is one.
            var name = undefined.Message[UndefinedVariable.Length..].Trim('\'');
            throw name.StartsWith("Fluid.", StringComparison.Ordinal)
                ? new TemplateException("needs a field of a variable that is not there")
                : new TemplateException($"needs the variable {Wording.Shorten(name)}", name);
        }
        catch (InvalidOperationException)
        {
            throw new TemplateException($"takes more than {MaxSteps:N0} steps");
        }
        catch (Exception problem) when (problem is FluidException or ArgumentException or FormatException or OverflowException)
        {
            throw new TemplateException($"fails: {problem.Message.TrimEnd('.')}");
        }
    }

    private static IFluidTemplate Parse(string template)
    {
        if (Cache.TryGetValue(template, out var known))
        {
            return known;
        }

        var nested = Nesting().Count(template);
        if (nested > MaxTags)
        {
            throw new TemplateException($"must have at most {MaxTags} tags, filters and brackets, but has {nested}");
        }

        if (!Parser.TryParse(template, out var parsed, out var error))
        {
            throw new TemplateException($"is not Liquid: {error.Split('\n')[0].TrimEnd('.')}");
        }

        if (Cache.Count >= MaxCached)
        {
            Cache.Clear();
        }

        return Cache[template] = parsed;
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(property => property.Name, property => Plain(property.Value), StringComparer.Ordinal),
        _ => value.GetRawText(),
    };

    private static ValueTask<FluidValue> Bounded(FluidValue value) =>
        value is StringValue && value.ToStringValue().Length > MaxOutputLength ? throw TooLong() : new ValueTask<FluidValue>(value);

    private static TemplateException TooLong() => new($"makes a text of more than {MaxOutputLength:N0} characters");

    private static TemplateOptions NewOptions()
    {
        var options = new TemplateOptions
        {
            MaxSteps = MaxSteps,
            StrictVariables = true,
            StrictFilters = true,
            ModelNamesComparer = StringComparer.Ordinal,
            TimeZone = TimeZoneInfo.Utc,
            Now = static () => throw new TemplateException("must not ask for the time: the same scenario must give the same prompt"),
        };
        foreach (var (name, filter) in options.Filters.ToList())
        {
            options.Filters.AddFilter(name, async (input, arguments, context) => await Bounded(await filter(input, arguments, context)));
        }

        options.Filters.AddFilter("parse_list", (input, _, _) => new ValueTask<FluidValue>(
            input is ArrayValue ? input : FluidValue.Create(ListText.Parse(input.ToStringValue()) ?? throw new TemplateException($"parses no list from {Wording.Shorten(input.ToStringValue())}"), options)));

        return options;
    }

    [GeneratedRegex(@"\{\{-?\s*[A-Za-z_]|\{%-?\s*[a-z]", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Markup();

    [GeneratedRegex(@"^\s*\{\{-?\s*(?<path>[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*)\s*-?\}\}\s*$", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\{\{|\{%", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Opener();

    [GeneratedRegex(@"\{%|[|\[(]", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Nesting();

    private sealed class PromptParser : FluidParser
    {
        public PromptParser()
        {
            foreach (var tag in new[] { "include", "render", "liquid", "tablerow", "increment", "decrement" })
            {
                RegisteredTags.Remove(tag);
            }
        }
    }

    private sealed class BoundedWriter : StringWriter
    {
        public BoundedWriter()
            : base(new StringBuilder(256), System.Globalization.CultureInfo.InvariantCulture)
        {
        }

        public override void Write(char value)
        {
            Check(1);
            base.Write(value);
        }

        public override void Write(string? value)
        {
            Check(value?.Length ?? 0);
            base.Write(value);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            Check(count);
            base.Write(buffer, index, count);
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        public override Task WriteAsync(string? value)
        {
            Write(value);
            return Task.CompletedTask;
        }

        private void Check(int more)
        {
            if (GetStringBuilder().Length + more > MaxOutputLength)
            {
                throw TooLong();
            }
        }
    }
}

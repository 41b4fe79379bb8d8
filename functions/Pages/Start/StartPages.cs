using System.Diagnostics;
using System.Text;
using FunctionsEval.Definitions;
using FunctionsEval.Evaluation.Datasets;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Http;
using FunctionsEval.Pages.Runs;
using FunctionsEval.Runs;
using FunctionsEval.Runs.Budget;
using FunctionsEval.Runs.Cells;
using FunctionsEval.Runs.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FunctionsEval.Pages.Start;

internal static class StartPages
{
    public static void MapStartPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/start", Form);
        pages.MapPost("/start", Start).WithMetadata(PageForm.Types);
        pages.MapPost("/start/estimate", Estimate).WithMetadata(PageForm.Types);
    }

    /// <param name="definition">The id of a stored one to begin with.</param>
    internal static async Task<Results<Page, ProblemHttpResult>> Form(DefinitionStore definitions, CancellationToken cancellationToken, string? definition = null)
    {
        if (definition is null)
        {
            return Page.Of<StartPage>(new { Asked = AskedRun.Empty });
        }

        return await definitions.FindAsync(definition, cancellationToken) is { } stored
            ? Page.Of<StartPage>(new { Asked = AskedRun.Empty with { Definition = DefinitionJson.Write(stored) } })
            : Problems.NotFound("Definition", definition);
    }

    internal static async Task<Results<RedirectHttpResult, Page>> Start(
        PageForm form, DefinitionStore definitions, IDatasets datasets, ServiceDefaults defaults, StartRun startRun, CancellationToken cancellationToken)
    {
        var asked = await AskedRun.ReadAsync(form, datasets, await defaults.GetAsync(cancellationToken), cancellationToken);
        if (asked.Parsed is not { } definition)
        {
            return Refused(asked);
        }

        return await startRun.StartAsync(await definitions.AddAsync(definition, cancellationToken), asked.Overrides, baseUrl: null, cancellationToken) switch
        {
            StartOutcome.Started(var run) => TypedResults.Redirect(RunAddress.Of(run.RunId)),
            StartOutcome.Rejected(var errors) => Refused(asked with { Errors = [.. errors.Select(error => new AskedError(error.Message))] }),
            var other => throw new UnreachableException($"Unhandled {other.GetType().Name}"),
        };

        static Page Refused(AskedRun asked) => Page.Of<StartPage>(new { Asked = asked }, StatusCodes.Status400BadRequest);
    }

    /// <summary>The part of the page that says what a run would take, or what is wrong with it. Nothing is stored.</summary>
    internal static async Task<Page> Estimate(
        PageForm form, IDatasets datasets, ServiceDefaults defaults, RunRules rules, RunStore runs, CellLedger cells, CancellationToken cancellationToken)
    {
        var asked = await AskedRun.ReadAsync(form, datasets, await defaults.GetAsync(cancellationToken), cancellationToken);
        if (asked.Parsed is not { } definition)
        {
            return Page.Of<EstimatePart>(new { asked.Errors }, StatusCodes.Status400BadRequest);
        }

        var wanted = asked.Overrides.ApplyTo(definition);
        if (rules.Errors(wanted, wanted.Scenarios.Count, baseUrl: null) is { Count: > 0 } errors)
        {
            return Page.Of<EstimatePart>(new { Errors = errors.Select(error => new AskedError(error.Message)).ToList() }, StatusCodes.Status400BadRequest);
        }

        var id = DefinitionJson.IdOf(definition);
        var past = await PastUsage.FindAsync(id, wanted.AllVariants(), runs, cells, cancellationToken);
        return Page.Of<EstimatePart>(new { Estimate = EstimateRun.Of(id, wanted, rules.PriceOf, past), Budget = wanted.Budget?.MaxUsd, Notes = RunRules.JudgeNotes(wanted.Scorers, wanted.AllVariants()).ToList() });
    }
}

/// <summary>Something wrong with what was entered.</summary>
/// <param name="Line">Of the definition, from 1; null where it is about another field.</param>
public sealed record AskedError(string Message, int? Line = null, int? Column = null);

/// <summary>What somebody entered to start a run, and what became of it.</summary>
/// <param name="Parsed">Null where something is wrong.</param>
public sealed record AskedRun(
    string Definition, string? Models, string? Samples, string? Percentage, string? Budget, bool AllowUnknownPrice, RunOverrides Overrides, Definition? Parsed, IReadOnlyList<AskedError> Errors)
{
    public static readonly AskedRun Empty = new("", null, null, null, null, false, new RunOverrides(), null, []);

    private static readonly char[] Separators = [',', '\n', ' ', '\t', '\r'];

    internal static async Task<AskedRun> ReadAsync(PageForm form, IDatasets datasets, DefinitionDefaults defaults, CancellationToken cancellationToken)
    {
        var text = await form.FileAsync("file", cancellationToken) ?? form.Fields["definition"].FirstOrDefault() ?? "";
        var wrong = new List<FieldError>();
        var models = form["models"]?.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        var overrides = new RunOverrides(
            models is { Length: > 0 } ? models : null,
            form.Number("samples", "Samples", wrong),
            form.Number("percentage", "Share of scenarios", wrong),
            BudgetUsd: form.Amount("budget", "Budget", wrong),
            AllowUnknownPrice: form["allowUnknownPrice"] is not null);
        List<AskedError> errors = [.. wrong.Select(error => new AskedError(error.Message))];
        Definition? parsed = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Add(new AskedError("Enter a definition, or choose a file."));
        }
        else
        {
            switch (await DefinitionReader.ReadAsync(Encoding.UTF8.GetBytes(text), isJson: text.TrimStart().StartsWith('{'), datasets, defaults, cancellationToken))
            {
                case DefinitionOutcome.Parsed(var definition):
                    parsed = definition;
                    break;
                case DefinitionOutcome.Rejected(var found):
                    errors.AddRange(found.Take(Problems.MaxComplaints).Select(error => new AskedError(error.Message, error.Line, error.Column)));
                    break;
            }
        }

        return new AskedRun(
            text, form["models"], form["samples"], form["percentage"], form["budget"], overrides.AllowUnknownPrice, overrides, errors.Count == 0 ? parsed : null, errors);
    }
}

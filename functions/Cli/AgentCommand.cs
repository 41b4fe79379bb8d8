using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FunctionsEval.Agents.Tasks;
using FunctionsEval.Http;

namespace FunctionsEval.Cli;

/// <summary>functionseval agent report: tells the service how a task stands. What cannot be sent now is kept, and sent with the next report.</summary>
internal static class AgentCommand
{
    private const string ServerVariable = "FUNCTIONSEVAL_SERVER";
    private const string DefaultServer = "http://127.0.0.1:7071";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Option<string> Task = new("--task") { Description = "The task's id", HelpName = "ID", Required = true };
    private static readonly Option<string> Status = new("--status") { Description = "pending, running, needs_decision, completed, failed or timed_out", HelpName = "STATUS", Required = true };
    private static readonly Option<string> Type = new("--type") { Description = "Such as spec, impl, test, review, heal; needed when the task has ended", HelpName = "TYPE" };
    private static readonly Option<string> Model = new("--model") { Description = "The model that did it", DefaultValueFactory = _ => TaskUpdate.UnknownModel, HelpName = "MODEL" };
    private static readonly Option<double?> Duration = new("--duration") { Description = "Seconds that it took; needed when the task has ended", HelpName = "SECONDS", CustomParser = NumberParser.Optional<double> };
    private static readonly Option<string?> Executor = new("--executor") { Description = "Who did it", HelpName = "NAME" };
    private static readonly Option<string?> PromptVariant = new("--prompt-variant") { Description = "The prompt variant that was used", HelpName = "NAME" };
    private static readonly Option<string?> SkillVersion = new("--skill-version") { Description = "The version of the skill that was used", HelpName = "NAME" };
    private static readonly Option<string?> Goal = new("--goal") { Description = "The goal that it was for", HelpName = "ID" };
    private static readonly Option<long?> InputTokens = new("--input-tokens") { Description = "Tokens sent to models", HelpName = "N", CustomParser = NumberParser.Optional<long> };
    private static readonly Option<long?> OutputTokens = new("--output-tokens") { Description = "Tokens that models answered", HelpName = "N", CustomParser = NumberParser.Optional<long> };
    private static readonly Option<long?> Calls = new("--calls") { Description = "Calls of models", HelpName = "N", CustomParser = NumberParser.Optional<long> };
    private static readonly Option<double?> Cost = new("--cost") { Description = "What it cost", HelpName = "USD", CustomParser = NumberParser.Optional<double> };
    private static readonly Option<string?> Error = new("--error") { Description = "Why it failed", HelpName = "TEXT" };
    private static readonly Option<int?> OutputChars = new("--output-chars") { Description = "The length of what it put out", HelpName = "N", CustomParser = NumberParser.Optional<int> };
    private static readonly Option<bool> Amend = new("--amend") { Description = "Replace what was reported of this task before" };
    private static readonly Option<string?> Server = new("--server") { Description = $"The service; {ServerVariable}, else {DefaultServer}", HelpName = "URL" };

    public static Command Create(Terminal terminal)
    {
        var report = new Command("report", "Tell the service how a task stands; exit 0 when it is told, 3 when the report is kept for later")
        {
            Task, Status, Type, Model, Duration, Executor, PromptVariant, SkillVersion, Goal, InputTokens, OutputTokens, Calls, Cost, Error, OutputChars, Amend, Server, CommonOptions.Data,
        };
        report.SetAction((arguments, cancellationToken) => ReportAsync(terminal, arguments, cancellationToken));
        var send = new Command("send", "Send the reports that were kept") { Server, CommonOptions.Data };
        send.SetAction((arguments, cancellationToken) => SendAsync(terminal, arguments, own: null, cancellationToken));
        return new Command("agent", "Report the tasks of agents") { report, send };
    }

    private static async Task<int> ReportAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellationToken)
    {
        var report = ReportOf(arguments, TimeProvider.System.GetUtcNow());

        // Kept first: neither an interrupt nor a power cut loses it.
        var file = new ReportSpool(CommonOptions.DataOf(terminal, arguments), TimeProvider.System).Add(report);
        return await SendAsync(terminal, arguments, file, cancellationToken);
    }

    private static async Task<int> SendAsync(Terminal terminal, ParseResult arguments, string? own, CancellationToken cancellationToken)
    {
        var spool = new ReportSpool(CommonOptions.DataOf(terminal, arguments), TimeProvider.System);
        using var client = ClientOf(terminal, arguments);
        var results = await spool.SendAsync((report, token) => SendAsync(client, report, token), cancellationToken);
        var exitCode = ExitCodes.Completed;
        foreach (var (file, (outcome, message)) in results.Where(entry => entry.Result.Outcome != SendOutcome.Sent))
        {
            var kept = outcome == SendOutcome.Away;
            terminal.Say(kept
                ? $"{message} Reports that are kept and sent with the next one: {spool.Count}."
                : $"refused{(file == own ? "" : $", kept as {Path.ChangeExtension(file, ".refused")}")}: {message}");
            exitCode = kept ? ExitCodes.Infrastructure : file == own || own is null ? ExitCodes.Usage : exitCode;
        }

        return exitCode;
    }

    private static SpooledReport ReportOf(ParseResult arguments, DateTimeOffset now)
    {
        var id = arguments.GetRequiredValue(Task);
        var known = Enum.GetValues<AgentTaskStatus>().ToDictionary(JsonRules.Name, StringComparer.Ordinal);
        if (!known.TryGetValue(arguments.GetRequiredValue(Status), out var status))
        {
            throw new UsageException($"--status must be one of {string.Join(", ", known.Keys)}, but is '{arguments.GetRequiredValue(Status)}'.");
        }

        if (!status.IsEnded())
        {
            var update = new TaskUpdate(status, Executor: arguments.GetValue(Executor));
            ThrowIfBad(new TaskRules(now).Id("task", id).Check(update), arguments);
            return new SpooledReport("PATCH", $"/api/agent/tasks/{Uri.EscapeDataString(id)}", JsonSerializer.SerializeToElement(update, TasksJson.Context.TaskUpdate));
        }

        if (arguments.GetValue(Type) is not { } type || arguments.GetValue(Duration) is not { } seconds)
        {
            throw new UsageException($"--type and --duration are required for a task that has ended ({JsonRules.Name(status)}).");
        }

        TaskUsage usage = new(arguments.GetValue(InputTokens), arguments.GetValue(OutputTokens), arguments.GetValue(Calls), arguments.GetValue(Cost));
        var metric = new TaskMetric(
            id, type, arguments.GetValue(Model)!, seconds, status, now, arguments.GetValue(Executor), arguments.GetValue(PromptVariant), arguments.GetValue(SkillVersion),
            Goal: arguments.GetValue(Goal), Usage: usage == new TaskUsage() ? null : usage, Error: arguments.GetValue(Error), OutputChars: arguments.GetValue(OutputChars));
        ThrowIfBad(new TaskRules(now).Check(metric), arguments);
        var path = $"/api/agent/metrics{(arguments.GetValue(Amend) ? "?amend=true" : "")}";
        return new SpooledReport("POST", path, JsonSerializer.SerializeToElement(metric, TasksJson.Context.TaskMetric));
    }

    private static void ThrowIfBad(TaskRules rules, ParseResult arguments)
    {
        if (rules.Errors is [var error, ..])
        {
            throw new UsageException(OptionNames.In(error.Message, arguments));
        }
    }

    private static HttpClient ClientOf(Terminal terminal, ParseResult arguments)
    {
        var server = arguments.GetValue(Server) ?? (terminal.Environment(ServerVariable) is { Length: > 0 } given ? given : DefaultServer);
        if (!Uri.TryCreate(server, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"--server must be an absolute http or https URL, but is '{server}'.");
        }

        var client = new HttpClient { BaseAddress = url, Timeout = Patience };
        if (terminal.Environment("FUNCTIONSEVAL_API_KEY") is { Length: > 0 } key)
        {
            client.DefaultRequestHeaders.Add("x-functions-key", key);
        }

        return client;
    }

    private static async Task<SendResult> SendAsync(HttpClient client, SpooledReport report, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new StringContent(report.Body.GetRawText(), new MediaTypeHeaderValue("application/json"));
            using var request = new HttpRequestMessage(new HttpMethod(report.Method), new Uri(report.Path, UriKind.Relative)) { Content = content };
            using var response = await client.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return new SendResult(SendOutcome.Sent);
            }

            var reason = Excerpt.Of(ReasonIn(await response.Content.ReadAsStringAsync(cancellationToken)) ?? $"HTTP {(int)response.StatusCode}");
            return response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge
                ? new SendResult(SendOutcome.Refused, reason)
                : new SendResult(SendOutcome.Away, $"{client.BaseAddress} answered {(int)response.StatusCode}: {reason}");
        }
        catch (HttpRequestException exception)
        {
            return new SendResult(SendOutcome.Away, $"{client.BaseAddress} cannot be reached: {exception.Message}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendResult(SendOutcome.Away, $"{client.BaseAddress} did not answer within {Patience.TotalSeconds:0} seconds.");
        }
    }

    private static string? ReasonIn(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

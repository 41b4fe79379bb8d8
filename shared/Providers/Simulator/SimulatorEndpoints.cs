using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace FunctionsEval.Providers.Simulator;

/// <summary>The simulator's HTTP surface: four wire formats, models, stats, reset.</summary>
internal sealed class SimulatorEndpoints(SimulatorOptions options, TimeProvider clock) : IDisposable
{
    private static readonly string[] Versions = ["/v1/", "/v1beta/", "/openai/v1/"];
    private static readonly TimeSpan DefaultHang = TimeSpan.FromMinutes(10);

    private readonly FaultPlan _faults = new(options);
    private readonly CallLedger _ledger = new();
    private readonly CallLedger _unnamedSamples = new();
    private readonly ConcurrentDictionary<string, SimulatedModel> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _outcomes = new(StringComparer.Ordinal);
    private readonly SimulatedQuota _quota = new(options, clock);
    private readonly CancellationTokenSource _stopping = new();
    private volatile TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holdAfter = int.MaxValue;
    private int _answering;

    public async Task HandleAsync(HttpContext context)
    {
        var method = context.Request.Method;
        var path = context.Request.Path.Value ?? "";
        if (Versions.FirstOrDefault(version => path.StartsWith(version, StringComparison.Ordinal)) is { } prefix)
        {
            path = path[(prefix.Length - 1)..];
        }

        switch (path)
        {
            case var _ when HttpMethods.IsPost(method) && SimulatedFormats.Of(path) is var (format, model):
                await CompleteOrAbandonAsync(context, format, model);
                break;
            case "/models" when HttpMethods.IsGet(method):
                await SimulatorReplies.WriteModelsAsync(context, SimulatedModel.KnownIds);
                break;
            case "/stats" when HttpMethods.IsGet(method):
                await SimulatorReplies.WriteStatsAsync(context, Stats(context.Request.Query["keys"] == "true"));
                break;
            case "/reset" when HttpMethods.IsPost(method):
                Reset();
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                await SimulatorReplies.WriteErrorAsync(
                    context,
                    SimulatedFormat.Chat,
                    new SimulatedError(404, "invalid_request_error", "unknown_url", $"Unknown request URL: {method} {path}"));
                break;
        }
    }

    public SimulatorStats Stats(bool withKeys)
    {
        var (keys, calls, answers) = _ledger.Histograms();
        var outcomes = new SortedDictionary<string, long>(_outcomes, StringComparer.Ordinal);
        var byModel = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var model in _models.Values.Where(model => model.Calls > 0))
        {
            byModel[model.Id] = model.Calls;
        }

        return new SimulatorStats(outcomes.Values.Sum(), outcomes, byModel, keys, calls, answers, withKeys ? _ledger.Snapshot() : null);
    }

    public void Reset()
    {
        _ledger.Clear();
        _unnamedSamples.Clear();
        _outcomes.Clear();
        _quota.Reset();
        Volatile.Write(ref _answering, 0);
        foreach (var model in _models.Values)
        {
            model.ResetCalls();
        }
    }

    public void HoldAfter(int after)
    {
        var before = _held;
        _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _holdAfter, after);
        before.TrySetResult();
    }

    public void StopHanging()
    {
        HoldAfter(int.MaxValue);
        _stopping.Cancel();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task CompleteOrAbandonAsync(HttpContext context, SimulatedFormat format, string? model)
    {
        try
        {
            await CompleteAsync(context, format, model);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The caller went away, or the server stops while a call hangs: nothing to answer.
            Count("aborted");
            context.Abort();
        }
    }

    private async Task CompleteAsync(HttpContext context, SimulatedFormat format, string? modelInPath)
    {
        var request = await SimulatedRequest.ReadAsync(context.Request.BodyReader, modelInPath, context.RequestAborted);
        if (options.ApiKey is { } key && format.KeyOf(context.Request) != key)
        {
            await FailAsync(context, format, new SimulatedError(401, "invalid_request_error", "invalid_api_key", $"Incorrect API key provided: {format.KeyOf(context.Request)}."));
        }
        else if (request.Problem is { } problem)
        {
            await FailAsync(context, format, new SimulatedError(400, "invalid_request_error", null, problem));
        }
        else if (RefusedParameter(request) is { } parameter)
        {
            var message = $"Unsupported parameter: '{parameter}' is not supported with this model.";
            await FailAsync(context, format, new SimulatedError(400, "invalid_request_error", "unsupported_parameter", message, parameter));
        }
        else if (FindModel(request.Model) is { } model)
        {
            await AnswerAsync(context, format, request, model);
        }
        else
        {
            var message = $"The model '{request.Model}' does not exist: {SimulatedModel.RuleOf(request.Model)}.";
            await FailAsync(context, format, new SimulatedError(404, "invalid_request_error", "model_not_found", message));
        }
    }

    private string? RefusedParameter(in SimulatedRequest request) => options.RefusedParameters switch
    {
        null => null,
        var refused when request.HasTemperature && refused.Contains("temperature", StringComparer.Ordinal) => "temperature",
        var refused when request.TokensName is { } name && refused.Contains(name, StringComparer.Ordinal) => name,
        _ => null,
    };

    private async Task AnswerAsync(HttpContext context, SimulatedFormat format, SimulatedRequest request, SimulatedModel model)
    {
        model.CountCall();
        var callKey = model.Key(request.Prompt, Sample(context, model, request.Prompt));
        var call = _ledger.CountCall(callKey);
        var number = Interlocked.Increment(ref _answering);
        if (number > options.FailAfter)
        {
            await FailForGoodAsync(context, format);
            return;
        }

        // What it waits for is read first: whoever changes the number lets go of those that wait, to look again.
        for (var held = _held; number > Volatile.Read(ref _holdAfter); held = _held)
        {
            await held.Task.WaitAsync(context.RequestAborted);
        }

        if (_quota.Take(context.Response) is { } exceeded)
        {
            await FailAsync(context, format, exceeded);
            return;
        }

        if (_faults.Latency(callKey, call) is { Ticks: > 0 } latency)
        {
            await Task.Delay(latency, clock, context.RequestAborted);
        }

        var answer = request switch
        {
            { Judging: { } prompt } => model.Judge!.Answer(prompt, callKey),
            { WantsTriage: true } => SimulatedTriage.Answer(model, request.Scene, callKey),
            _ => model.Answer(request.Scene, callKey, request.WantsJson),
        };
        switch (_faults.Draw(callKey, call))
        {
            case Fault.RateLimit:
                await FailAsync(context, format, new SimulatedError(429, "requests", "rate_limit_exceeded", "Rate limit reached (simulated fault)."));
                break;
            case Fault.ServerError:
                await FailAsync(context, format, new SimulatedError(500, "server_error", null, "The server had an error (simulated fault)."));
                break;
            case Fault.Hang:
                await HangAsync(context, format);
                break;
            case Fault.Reset:
                Count("reset");
                context.Abort();
                break;
            case Fault.Malformed:
                Count("malformed");
                await SendAsync(context, SimulatorReplies.WriteAnswerAsync(context, format, request, answer, callKey, clock, broken: true));
                break;
            case Fault.Failure:
                Count("failure");
                await SendAsync(context, SimulatorReplies.WriteFailureAsync(context, format));
                break;
            default:
                // Counted before it is sent, so that whoever has the answer finds it in the stats.
                _ledger.CountAnswer(callKey);
                Count("200");
                await SendAsync(context, SimulatorReplies.WriteAnswerAsync(context, format, request, answer, callKey, clock, broken: false));
                break;
        }
    }

    private Task FailForGoodAsync(HttpContext context, SimulatedFormat format)
    {
        if (options.FailAfterStatus != 200)
        {
            return FailAsync(context, format, new SimulatedError(options.FailAfterStatus, "invalid_request_error", null, "Nothing gets through any more (simulated fault)."));
        }

        Count("page");
        return SendAsync(context, SimulatorReplies.WritePageAsync(context));
    }

    private SimulatedModel? FindModel(string id)
    {
        if (!_models.TryGetValue(id, out var model) && SimulatedModel.Parse(id, options.Seed) is { } parsed)
        {
            model = _models.GetOrAdd(id, parsed);
        }

        return model;
    }

    private ulong Sample(HttpContext context, SimulatedModel model, ulong prompt)
    {
        var id = context.Request.Headers["X-Client-Request-Id"];
        return id.Count == 0
            ? (ulong)_unnamedSamples.CountCall(model.Key(prompt, 0))
            : StableHash.Of(ClientRequestId.CallOf(id.ToString()), 3);
    }

    private async Task HangAsync(HttpContext context, SimulatedFormat format)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        await Task.Delay(options.HangFor ?? DefaultHang, clock, ended.Token);
        await FailAsync(context, format, new SimulatedError(504, "server_error", "timeout", "The simulated model gave up."));
    }

    private Task FailAsync(HttpContext context, SimulatedFormat format, in SimulatedError error)
    {
        Count(error.Status.ToString(CultureInfo.InvariantCulture));
        return SendAsync(context, SimulatorReplies.WriteErrorAsync(context, format, error));
    }

    /// <summary>The outcome is counted already: a caller that goes away meanwhile does not make it another call.</summary>
    private static async Task SendAsync(HttpContext context, Task writing)
    {
        try
        {
            await writing;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }

    private void Count(string outcome) => _outcomes.AddOrUpdate(outcome, 1, static (_, count) => count + 1);
}

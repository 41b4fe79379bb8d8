using System.Collections.Concurrent;

namespace FunctionsEval.Durable.Tests.Engine;

/// <summary>A step of a random orchestration. Its result does not depend on which of two racing things ends first.</summary>
internal sealed record Step(string Kind, int Value, Step[] Steps);

internal sealed record RandomProgram(string Key, int Round, int Rounds, long Sum, Step[] Steps);

/// <summary>Makes random orchestrations as data, and runs them.</summary>
internal sealed class RandomPrograms
{
    private readonly ConcurrentDictionary<string, int> _flakyCalls = new(StringComparer.Ordinal);

    public DurableTaskRegistry Registry => new DurableTaskRegistry()
        .AddActivity<int, int>("Double", (_, number, _) => Task.FromResult((2 * number) + 1))
        .AddActivity<int, int>("Slow", async (_, number, _) =>
        {
            await Task.Yield();
            return number + 7;
        })
        .AddActivity<int, int>("Broken", (_, number, _) => throw new InvalidOperationException($"broken {number}"))
        .AddActivity<string, int>("Flaky", (_, key, _) => _flakyCalls.AddOrUpdate(key, 1, (_, calls) => calls + 1) <= 2
            ? throw new IOException("try again")
            : Task.FromResult(key.Length))
        .AddOrchestrator<RandomProgram, long>("Program", RunAsync)
        .AddOrchestrator<RandomProgram, long>("Child", async (context, program) =>
        {
            if (context.Parent is { } parent && program.Round >= 0)
            {
                context.SendEvent(parent.InstanceId, $"child-{program.Key}", program.Sum);
            }

            return await RunAllAsync(context, program with { Key = program.Key + "/c" });
        });

    public static RandomProgram Make(int seed)
    {
        var random = new Random(seed);
        return new RandomProgram($"p{seed}", 0, random.Next(3), 0, Steps(random, 2 + random.Next(4), depth: 0));
    }

    /// <summary>The events that a program waits for, in all its rounds.</summary>
    public static IEnumerable<string> Events(RandomProgram program) => Paths(program, "Event");

    private static IEnumerable<string> Paths(RandomProgram program, string kind) =>
        Enumerable.Range(0, program.Rounds + 1).SelectMany(round => Paths(program.Steps, $"{program.Key}.{round}", kind));

    private static IEnumerable<string> Paths(Step[] steps, string path, string kind)
    {
        foreach (var (step, index) in steps.Select((step, index) => (step, index)))
        {
            var here = $"{path}.{index}";
            if (step.Kind == kind)
            {
                yield return here;
            }

            foreach (var inner in step.Kind == "Child" ? [] : Paths(step.Steps, here, kind))
            {
                yield return inner;
            }
        }
    }

    private static Step[] Steps(Random random, int count, int depth) => [.. Enumerable.Range(0, count).Select(_ => Make(random, depth))];

    private static Step Make(Random random, int depth)
    {
        string[] kinds = depth < 2
            ? ["Double", "Slow", "Broken", "Flaky", "Timer", "Event", "Status", "All", "Any", "Child", "Timeout"]
            : ["Double", "Slow", "Timer", "Status"];
        var kind = kinds[random.Next(kinds.Length)];
        var steps = kind switch
        {
            "All" or "Any" => Steps(random, 2 + random.Next(3), depth + 1),

            // A child hears no events from outside, so it has none of the kinds that wait for one.
            "Child" => Steps(random, 1 + random.Next(2), depth: 2),
            _ => [],
        };
        return new Step(kind, random.Next(100), steps);
    }

    private static async Task<long> RunAsync(OrchestrationContext context, RandomProgram program)
    {
        var sum = await RunAllAsync(context, program);
        if (program.Round < program.Rounds)
        {
            context.ContinueAsNew(program with { Round = program.Round + 1, Sum = sum });
            return sum;
        }

        foreach (var name in Events(program).Concat(Paths(program, "Child").Select(path => $"child-{path}")))
        {
            await MustNotComeTwiceAsync(context, name);
        }

        return sum;
    }

    private static async Task MustNotComeTwiceAsync(OrchestrationContext context, string name)
    {
        try
        {
            await context.WaitForExternalEvent<long>(name, TimeSpan.Zero);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new InvalidOperationException($"Event '{name}' came twice.");
    }

    private static async Task<long> RunAllAsync(OrchestrationContext context, RandomProgram program)
    {
        var sum = program.Sum;
        for (var index = 0; index < program.Steps.Length; index++)
        {
            sum = unchecked((sum * 31) + await RunStepAsync(context, program.Steps[index], $"{program.Key}.{program.Round}.{index}"));
        }

        return sum;
    }

    private static async Task<long> RunStepAsync(OrchestrationContext context, Step step, string path)
    {
        switch (step.Kind)
        {
            case "Double" or "Slow":
                return await context.CallActivityAsync<int>(step.Kind, step.Value);
            case "Broken":
                try
                {
                    return await context.CallActivityAsync<int>("Broken", step.Value, new TaskOptions(new RetryPolicy(2, TimeSpan.FromSeconds(3))));
                }
                catch (TaskFailedException e)
                {
                    return e.FailureDetails.ErrorMessage.Length;
                }

            case "Flaky":
                return await context.CallActivityAsync<int>("Flaky", path, new TaskOptions(new RetryPolicy(5, TimeSpan.FromSeconds(2), 2)));
            case "Timer":
                await context.CreateTimer(TimeSpan.FromMinutes(step.Value), CancellationToken.None);
                return 1;
            case "Event":
                return await context.WaitForExternalEvent<int>(path);
            case "Timeout":
                try
                {
                    return await context.WaitForExternalEvent<int>("nobody raises this", TimeSpan.FromSeconds(step.Value));
                }
                catch (OperationCanceledException)
                {
                    return 3;
                }

            case "Status":
                context.SetCustomStatus(path);
                return 2;
            case "All":
                return (await Task.WhenAll(step.Steps.Select((inner, index) => RunStepAsync(context, inner, $"{path}.{index}")))).Sum();
            case "Any":
                var tasks = step.Steps.Select((inner, index) => RunStepAsync(context, inner, $"{path}.{index}")).ToList();
                var sum = 0L;
                while (tasks.Count > 0)
                {
                    var done = await Task.WhenAny(tasks);
                    tasks.Remove(done);
                    sum += await done;
                }

                return sum;
            case "Child":
                var heard = context.WaitForExternalEvent<long>($"child-{path}");
                var child = context.CallSubOrchestratorAsync<long>("Child", new RandomProgram(path, 0, 0, step.Value, step.Steps));
                return await heard + await child;
            default:
                throw new InvalidOperationException($"Unknown step {step.Kind}.");
        }
    }
}

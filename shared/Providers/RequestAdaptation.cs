namespace FunctionsEval.Providers;

/// <summary>How a model's requests differ from what was asked for, because the model refused that or its vendor has no such field. Recorded on each call.</summary>
[Flags]
public enum RequestAdaptations
{
    None = 0,
    WithoutTemperature = 1,
    MaxTokensName = 2,
    MaxCompletionTokensName = 4,
    MinimalReasoning = 8,
    SystemInUserMessage = 16,
    WithoutTopP = 32,
    WithoutSeed = 64,
    WithoutStop = 128,
    WithoutResponseFormat = 256,
}

public static class RequestAdaptation
{
    private static readonly (RequestAdaptations Flag, string Warning)[] LeftOut =
    [
        (RequestAdaptations.WithoutTopP, "the model does not take topP: it was left out"),
        (RequestAdaptations.WithoutSeed, "the model or its API does not take a seed: it was left out, so answers are not repeatable"),
        (RequestAdaptations.WithoutStop, "the model or its API does not take stop texts: they were left out, so answers run on"),
        (RequestAdaptations.WithoutResponseFormat, "the vendor does not take the response format 'json': it was left out, so only the prompt asks for JSON"),
    ];

    /// <summary>What to do about a refusal; null when nothing is left to be tried.</summary>
    internal static RequestAdaptations? After(RejectedParameter rejected, RequestAdaptations now) => rejected switch
    {
        RejectedParameter.Temperature when !now.HasFlag(RequestAdaptations.WithoutTemperature) => now | RequestAdaptations.WithoutTemperature,
        RejectedParameter.MaxTokens when !IsNamed(now) =>
            now | RequestAdaptations.MaxCompletionTokensName,
        RejectedParameter.MaxCompletionTokens when !IsNamed(now) =>
            now | RequestAdaptations.MaxTokensName,
        RejectedParameter.SystemRole when !now.HasFlag(RequestAdaptations.SystemInUserMessage) => now | RequestAdaptations.SystemInUserMessage,
        RejectedParameter.TopP when !now.HasFlag(RequestAdaptations.WithoutTopP) => now | RequestAdaptations.WithoutTopP,
        RejectedParameter.Seed when !now.HasFlag(RequestAdaptations.WithoutSeed) => now | RequestAdaptations.WithoutSeed,
        RejectedParameter.Stop when !now.HasFlag(RequestAdaptations.WithoutStop) => now | RequestAdaptations.WithoutStop,
        RejectedParameter.NoReasoning when !now.HasFlag(RequestAdaptations.MinimalReasoning) => now | RequestAdaptations.MinimalReasoning,
        _ => null,
    };

    /// <summary>The request as the model takes it, with those adaptations that make a difference to it.</summary>
    internal static ModelRequest Apply(ModelRequest request, RequestAdaptations adaptations)
    {
        if (adaptations == RequestAdaptations.None)
        {
            return request;
        }

        var effective = RequestAdaptations.None;
        bool Takes(RequestAdaptations one, bool matters)
        {
            var takes = matters && adaptations.HasFlag(one);
            effective |= takes ? one : RequestAdaptations.None;
            return takes;
        }

        Takes(RequestAdaptations.MaxTokensName, request.MaxTokens is not null);
        Takes(RequestAdaptations.MaxCompletionTokensName, request.MaxTokens is not null);
        var adapted = request with
        {
            Temperature = Takes(RequestAdaptations.WithoutTemperature, request.Temperature is not null) ? null : request.Temperature,
            ReasoningEffort = Takes(RequestAdaptations.MinimalReasoning, request.ReasoningEffort == "none") ? "minimal" : request.ReasoningEffort,
            Messages = Takes(RequestAdaptations.SystemInUserMessage, request.Messages.Any(message => message.Role == ChatRole.System))
                ? WithSystemInUserMessage(request)
                : request.Messages,
            TopP = Takes(RequestAdaptations.WithoutTopP, request.TopP is not null) ? null : request.TopP,
            Seed = Takes(RequestAdaptations.WithoutSeed, request.Seed is not null) ? null : request.Seed,
            Stop = Takes(RequestAdaptations.WithoutStop, request.Stop is { Count: > 0 }) ? null : request.Stop,
            ResponseFormat = Takes(RequestAdaptations.WithoutResponseFormat, request.ResponseFormat is not null) ? null : request.ResponseFormat,
        };
        return adapted with { Adaptations = effective };
    }

    /// <summary>What people must be told when a request was sent in another way than they asked for; empty where it makes no difference to the answer.</summary>
    public static IReadOnlyList<string> Warnings(this RequestAdaptations adaptations)
    {
        var warnings = new List<string>();
        if (adaptations.HasFlag(RequestAdaptations.WithoutTemperature))
        {
            warnings.Add("the model refuses a temperature: it was left out, so variants that differ by it alone did not differ");
        }

        if (adaptations.HasFlag(RequestAdaptations.MinimalReasoning))
        {
            warnings.Add("the model refuses the reasoning effort 'none': 'minimal' was sent");
        }

        if (adaptations.HasFlag(RequestAdaptations.SystemInUserMessage))
        {
            warnings.Add("the model refuses a system message: its text was sent in front of the first user message");
        }

        foreach (var (flag, warning) in LeftOut)
        {
            if (adaptations.HasFlag(flag))
            {
                warnings.Add(warning);
            }
        }

        return warnings;
    }

    private static List<ChatMessage> WithSystemInUserMessage(ModelRequest request)
    {
        var system = request.SystemText();
        var messages = request.Messages.Where(message => message.Role != ChatRole.System).ToList();
        var first = messages.FindIndex(message => message.Role == ChatRole.User);
        if (first < 0)
        {
            messages.Insert(0, new ChatMessage(ChatRole.User, system!));
        }
        else
        {
            messages[first] = messages[first] with { Text = $"{system}\n\n{messages[first].Text}" };
        }

        return messages;
    }

    private static bool IsNamed(RequestAdaptations now) =>
        now.HasFlag(RequestAdaptations.MaxTokensName) || now.HasFlag(RequestAdaptations.MaxCompletionTokensName);
}

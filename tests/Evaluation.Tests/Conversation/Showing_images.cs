using FunctionsEval.Evaluation.Conversation;
using FunctionsEval.Evaluation.Definitions;
using FunctionsEval.Evaluation.Documents;
using FunctionsEval.Evaluation.Parsing;
using FunctionsEval.Evaluation.Prompts;

namespace FunctionsEval.Evaluation.Tests.Conversation;

/// <summary>Images in front of what is asked: read by their content, kept by their digest.</summary>
public sealed class Showing_images
{
    [Theory]
    [InlineData("89504E470D0A1A0A0000000D49484452000002800000010E", "image/png", 640, 270)]
    [InlineData("4749463839610A000500", "image/gif", 10, 5)]
    [InlineData("4749463837610A000500", "image/gif", 10, 5)]
    [InlineData("FFD8FFE000104A46494600010100000100010000FFDB00040000FFC0001108010E02800301", "image/jpeg", 640, 270)]
    [InlineData("FFD8FFFFE0000400FFFFC2001108010E02800301", "image/jpeg", 640, 270)]
    [InlineData("52494646000000005745425056503820000000000000009D012A80020E01", "image/webp", 640, 270)]
    [InlineData("5249464600000000574542505650384C000000002F7F424300000000000000", "image/webp", 640, 270)]
    [InlineData("524946460000000057454250565038580A000000000000007F02000D0100", "image/webp", 640, 270)]
    [InlineData("89504E470D0A1A0A0000000D4948445200000000", null, 0, 0)]
    [InlineData("89504E470D0A1A0A0000000D49484452000000000000010E", null, 0, 0)]
    [InlineData("FFD8FFE00010", null, 0, 0)]
    [InlineData("FFD8FFE00002FFE00000FFE000000000000000", null, 0, 0)]
    [InlineData("25504446", null, 0, 0)]
    [InlineData("3C7376673E", null, 0, 0)]
    [InlineData("", null, 0, 0)]
    public void The_content_tells_the_kind_and_the_size(string bytes, string? mediaType, int width, int height) =>
        Assert.Equal(mediaType is null ? null : new ImageHeader(mediaType, width, height), ImageHeader.Read(Convert.FromHexString(bytes)));

    [Fact]
    public void Images_go_in_front_of_their_text_and_transcripts_have_their_labels()
    {
        var definition = Parse("""
            [{ "id": "a", "prompt": "And {{what}}?", "vars": { "what": "this", "file": "b.png" }, "image": ["{{file}}", "https://e.org/c.png"],
               "messages": [{ "role": "user", "image": "a.png" }, { "role": "assistant", "text": "A cat." }], "followups": [{ "label": "why", "prompt": "Why?" }, { "label": "other", "prompt": "And {{what}}?", "image": "{{file}}" }] }]
            """);
        var scenario = definition.Scenarios[0];
        var opening = Opening.For("", scenario, definition.AllVariants()[0]);
        var conversation = new ProbeConversation(opening, scenario, 10);

        var first = Assert.IsType<ConversationStep.Ask>(conversation.Next([]));
        var second = Assert.IsType<ConversationStep.Ask>(conversation.Next([new Evaluation.Cells.Turn(1, first.PromptLabel, first.Prompt, "A dog.")]));
        var third = Assert.IsType<ConversationStep.Ask>(conversation.Next(
            [new Evaluation.Cells.Turn(1, first.PromptLabel, first.Prompt, "A dog."), new Evaluation.Cells.Turn(2, second.PromptLabel, second.Prompt, "Its ears.")]));

        Assert.Equal("[image b.png, 2x3]\n[image https://e.org/c.png]\nAnd this?", first.Prompt);
        Assert.Equal("[image a.png, 2x3]", opening.Messages[0].Shown);
        Assert.Equal(["", "A cat.", "And this?", "A dog.", "Why?"], second.Messages.Select(message => message.Text));
        Assert.Equal([1, 0, 2, 0, 0], second.Messages.Select(message => message.Images?.Count ?? 0));
        Assert.Equal("[image b.png, 2x3]\nAnd this?", third.Prompt);
        Assert.Equal(("And this?", "b.png"), (third.Messages[^1].Text, Assert.Single(third.Messages[^1].Images!).Name));
        Assert.Equal(scenario.FollowUps[1].Images!, ScenarioJson.Read(ScenarioJson.Write(scenario)).FollowUps[1].Images!);
        Assert.Equal(new ImageUse(Files: true, Urls: true), definition.UseOfImages());
    }

    [Fact]
    public void Images_are_stored_by_digest_and_older_definitions_keep_their_ids()
    {
        var plain = new Scenario("a", "A", "p", Messages: [new ConversationMessage(ConversationRole.User, "q")]);
        var shown = plain with
        {
            Images = [new PromptImage("a.png", "0f", "image/png", 9, 2, 3), new PromptImage("https://e.org/c.png")],
            Messages = [new ConversationMessage(ConversationRole.User, "q", [new PromptImage("b.png", "1f", "image/png", 9, 2, 3)])],
        };

        Assert.Equal("""{"id":"a","name":"A","prompt":"p","messages":[{"role":"user","text":"q"}]}""", ScenarioJson.Write(plain));
        Assert.Equal(
            """{"id":"a","name":"A","prompt":"p","messages":[{"role":"user","text":"q","images":[{"name":"b.png","digest":"1f","mediaType":"image/png","bytes":9,"width":2,"height":3}]}],"images":[{"name":"a.png","digest":"0f","mediaType":"image/png","bytes":9,"width":2,"height":3},{"name":"https://e.org/c.png"}]}""",
            ScenarioJson.Write(shown));
        Assert.Equal(ScenarioJson.Write(shown), ScenarioJson.Write(ScenarioJson.Read(ScenarioJson.Write(shown))));
    }

    [Fact]
    public void The_stored_form_can_be_read_again()
    {
        var definition = Parse("""[{ "id": "a", "prompt": "p", "image": "https://e.org/c.png", "messages": [{ "role": "user", "text": "q", "image": "https://e.org/d.png" }] }]""");
        var stored = definition with { Scenarios = [definition.Scenarios[0] with { Images = [new PromptImage("a.png", new string('a', 64), "image/png", 9, 2, 3), .. definition.Scenarios[0].Images!] }] };

        Assert.Equal(DefinitionJson.IdOf(stored), DefinitionJson.IdOf(Definitions.Samples.Parse(DefinitionJson.Write(stored))));
    }

    [Theory]
    [InlineData("\"images\": [{ \"name\": \"a.png\", \"digest\": \"../x\" }]", "scenarios[0].images[0].digest must be the SHA-256 of an image")]
    [InlineData("\"image\": \"cat.png\"", "scenarios[0].image: the image \"cat.png\" is a file, which only the command line reads: give an http or https URL.")]
    [InlineData("\"image\": \"ftp://e.org/c.png\"", "must be a path or an http or https URL.")]
    [InlineData("\"image\": \"data:image/png;base64,AAAA\"", "must be a path or an http or https URL.")]
    [InlineData("\"image\": \"https://me:secret@e.org/c.png\"", "the image at e.org has a user name or a password in its URL")]
    [InlineData("\"image\": \"{{photo}}\"", "scenarios[0].image needs the variable \"photo\", which the scenario does not have.")]
    [InlineData("\"image\": \"\"", "scenarios[0].image must not be blank")]
    [InlineData("\"image\": { \"url\": \"x\" }", "scenarios[0].image must be text, but is a mapping.")]
    [InlineData("\"messages\": [{ \"role\": \"assistant\", \"text\": \"x\", \"image\": \"https://e.org/c.png\" }]", "scenarios[0].messages[0].image must be in a message of the user, but its role is assistant.")]
    [InlineData("\"messages\": [{ \"role\": \"user\" }]", "scenarios[0].messages[0].text is required")]
    public void What_is_no_image_is_refused(string fields, string message)
    {
        var error = Assert.Single(Definitions.Samples.Errors($$"""{"name":"n","scenarios":[{"id":"a","prompt":"p",{{fields}}}],"models":["m"]}"""));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static Definition Parse(string scenarios)
    {
        var source = JsonSource.Parse($$"""{"name":"n","scenarios":{{scenarios}},"models":["m"]}""");
        var outcome = DefinitionParser.ParseAsync(source, null!, new SmallImages(), CancellationToken.None).GetAwaiter().GetResult();
        return Assert.IsType<DefinitionOutcome.Parsed>(outcome).Definition;
    }

    private sealed class SmallImages : IImageFiles
    {
        public PromptImage Read(string path) => new(path, "d", "image/png", 9, 2, 3);
    }
}

using FunctionsEval.Http;
using FunctionsEval.Pages.Agents;
using FunctionsEval.Pages.Comparisons;
using FunctionsEval.Pages.Content;
using FunctionsEval.Pages.Findings;
using FunctionsEval.Pages.Labels;
using FunctionsEval.Pages.Reference;
using FunctionsEval.Pages.Runs;
using FunctionsEval.Pages.Scenarios;
using FunctionsEval.Pages.Start;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsEval.Pages;

/// <summary>The pages: rendered here, from the same stores and services that the API uses. They change nothing but by forms.</summary>
internal static class PagesApi
{
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddScenarioPages();
        services.AddSingleton<IProblemDetailsWriter, PageProblemWriter>();
        services.AddRazorComponents();
        KeepNoKeys(services);
        return services;
    }

    public static void MapPages(this IEndpointRouteBuilder api)
    {
        var pages = api.MapGroup("/pages");
        pages.MapGet("/assets/{file}", PageAssets.Get);
        pages.MapGet("/signin", SignInForm);
        pages.MapPost("/signin", SignIn).WithMetadata(PageForm.Types);
        pages.MapPost("/signout", SignOut).WithMetadata(PageForm.Types);
        pages.MapRunPages();
        pages.MapScenarioPages();
        pages.MapLabelPages();
        pages.MapStartPages();
        pages.MapComparisonPages();
        pages.MapContentPages();
        pages.MapFindingPages();
        pages.MapReferencePages();
        pages.MapAgentPages();
    }

    internal static Results<Page, RedirectHttpResult> SignInForm(HttpContext context, Caller caller, [FromQuery(Name = "return")] string? returnTo = null) =>
        caller.IsKnown || PageAccess.IsSignedIn(context)
            ? TypedResults.Redirect(OwnAddress(returnTo))
            : Page.Of<SignInPage>(new { HasKey = PageAccess.KeyOf(context) is not null, Return = returnTo });

    internal static Results<RedirectHttpResult, Page> SignIn(HttpContext context, PageForm form)
    {
        var key = PageAccess.KeyOf(context);
        if (key?.Is(form["key"]) != true)
        {
            return Page.Of<SignInPage>(new { HasKey = key is not null, IsWrong = true, Return = form["return"] }, StatusCodes.Status401Unauthorized);
        }

        PageAccess.SignIn(context, key);
        return TypedResults.Redirect(OwnAddress(form["return"]));
    }

    internal static RedirectHttpResult SignOut(HttpContext context)
    {
        PageAccess.SignOut(context);
        return TypedResults.Redirect(PageAccess.SignInPath);
    }

    // Nothing of a page is protected for its way to the browser and back. As the framework has it, each start would read, and the first one write, a key in the user's home folder.
    private static void KeepNoKeys(IServiceCollection services)
    {
        foreach (var keyRing in services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(EphemeralDataProtectionProvider).Assembly).ToList())
        {
            services.Remove(keyRing);
        }

        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
    }

    // A link may name a page to go on to, but none of another site.
    private static string OwnAddress(string? wanted) =>
        wanted == PageAccess.Root || wanted?.StartsWith($"{PageAccess.Root}/", StringComparison.Ordinal) == true || wanted?.StartsWith($"{PageAccess.Root}?", StringComparison.Ordinal) == true
            ? wanted
            : PageAccess.Root;
}

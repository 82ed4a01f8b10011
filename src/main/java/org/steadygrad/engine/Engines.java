package org.steadygrad.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Nearest;

/** Finds engines and chooses one for a model. */
public final class Engines {
    /** The request that leaves the choice to the toolkit. */
    public static final String AUTO = "auto";

    private Engines() {}

    /**
     * @param provider the engine to use
     * @param passedOver why engines of a higher rank aren't used, one line each; empty when the best one is
     */
    public record Choice(EngineProvider provider, List<String> passedOver) {
        public Choice {
            passedOver = List.copyOf(passedOver);
        }
    }

    /**
     * @param engine to be closed by whoever asked for it
     * @param passedOver why engines of a higher rank aren't used, one line each; empty when the best one is
     */
    public record Opened(Engine engine, List<String> passedOver) {
        public Opened {
            passedOver = List.copyOf(passedOver);
        }
    }

    /** All providers on the class path, highest rank first. */
    public static List<EngineProvider> providers() {
        return ServiceLoader.load(EngineProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(EngineProvider::rank).reversed())
                .toList();
    }

    /**
     * Chooses an engine. Only {@value #AUTO} passes over engines that can't be used; a named engine that can't be used
     * is an error.
     *
     * @param request {@value #AUTO} or an engine's name, as for {@link EngineRequest}
     * @throws EngineException when the named engine is unknown, not usable here, or doesn't support the model
     */
    public static Choice choose(String request, ComputationGraph model) {
        return choose(EngineRequest.of(request), model);
    }

    /**
     * Chooses an engine, as {@link #choose(String, ComputationGraph)} does.
     *
     * @throws EngineException also when the engine can't be used with the device
     */
    public static Choice choose(EngineRequest request, ComputationGraph model) {
        return choose(request, model, providers());
    }

    static Choice choose(EngineRequest request, ComputationGraph model, List<EngineProvider> providers) {
        if (!request.engine().equals(AUTO)) {
            return new Choice(named(request, model, providers), List.of());
        }
        if (request.wantsDevice()) {
            throw new EngineException("A device goes with an engine's name, and " + AUTO + " chooses the engine."
                    + " Name it, for example cuda:" + request.settings().device() + ".");
        }
        List<String> passedOver = new ArrayList<>();
        for (EngineProvider provider : providers) {
            Optional<String> obstacle = obstacle(provider, request, model);
            if (obstacle.isEmpty()) {
                return new Choice(provider, passedOver);
            }
            passedOver.add("engine " + provider.name() + " not used: " + obstacle.get());
        }
        throw new EngineException("No engine can run this model. " + String.join(" ", passedOver));
    }

    /**
     * Chooses an engine and makes it. With {@value #AUTO} an engine that can't be made, for want of memory on its device for
     * example, is passed over too.
     *
     * @throws EngineException when no engine can be used, or the named one can't
     */
    public static Opened open(EngineRequest request, ComputationGraph model) {
        return open(request, model, providers());
    }

    static Opened open(EngineRequest request, ComputationGraph model, List<EngineProvider> providers) {
        List<String> passedOver = new ArrayList<>();
        List<EngineProvider> left = providers;
        while (true) {
            EngineProvider provider = chooseAfter(passedOver, request, model, left);
            try {
                return new Opened(provider.create(model, request.settings()), passedOver);
            } catch (EngineException e) {
                if (!request.engine().equals(AUTO)) {
                    throw e;
                }
                String who = "engine " + provider.name();
                passedOver.add(who + " not used: " + e.getMessage().replace(who + ": ", ""));
                left = left.subList(left.indexOf(provider) + 1, left.size());
            }
        }
    }

    /** @param passedOver takes why engines of a higher rank aren't used */
    private static EngineProvider chooseAfter(
            List<String> passedOver, EngineRequest request, ComputationGraph model, List<EngineProvider> left) {
        try {
            Choice choice = choose(request, model, left);
            passedOver.addAll(choice.passedOver());
            return choice.provider();
        } catch (EngineException e) {
            throw passedOver.isEmpty() ? e : new EngineException(e.getMessage() + " " + String.join(" ", passedOver));
        }
    }

    private static EngineProvider named(EngineRequest request, ComputationGraph model, List<EngineProvider> providers) {
        String name = request.engine();
        for (EngineProvider provider : providers) {
            if (provider.name().equals(name)) {
                obstacle(provider, request, model).ifPresent(reason -> {
                    throw new EngineException("Engine " + name + " can't be used: " + reason
                            + " Choose another engine, or auto to fall back by itself.");
                });
                return provider;
            }
        }
        List<String> names = new ArrayList<>(List.of(AUTO));
        providers.forEach(p -> names.add(p.name()));
        String hint = Nearest.to(name, names)
                .map(n -> " Did you mean " + n + "?")
                .orElse(" Run doctor to see what each engine needs.");
        throw new EngineException(
                "Engine \"" + name + "\" is not known here; expected one of " + String.join(", ", names) + "." + hint);
    }

    private static Optional<String> obstacle(EngineProvider provider, EngineRequest request, ComputationGraph model) {
        if (request.wantsDevice()) {
            return provider.unusableDevice(request.settings().device()).or(() -> provider.unsupported(model));
        }
        Availability availability = provider.probe();
        return availability.usable() ? provider.unsupported(model) : Optional.of(availability.detail());
    }
}

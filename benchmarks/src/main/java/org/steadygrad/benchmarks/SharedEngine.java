package org.steadygrad.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.EngineSettings;

/**
 * One engine for several runs that take turns on it: two engines with the same model differ by several per cent in time, by where their
 * memory happens to lie, which is more than what watching a run costs. For the same reason it works on a thread of its own: each that calls
 * it would have OpenMP threads of its own, on whichever cores they come to lie. A run that begins puts its model's weights into the engine.
 */
public final class SharedEngine implements EngineProvider {
    /** The name that a run asks for it by. */
    static final String NAME = "shared";

    private static final int NEVER_BY_ITSELF = Integer.MIN_VALUE;
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "benchmark-engine");
        thread.setDaemon(true);
        return thread;
    });
    private static String kind;
    private static Engine engine;

    /** From now on runs share a new engine. @param name as {@code --engine} takes it */
    static synchronized void renew(String name) {
        release();
        kind = name;
    }

    /** To be called when no run uses it any more. */
    static synchronized void release() {
        if (engine != null) {
            engine.close();
            engine = null;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return NEVER_BY_ITSELF;
    }

    @Override
    public Availability probe() {
        return Availability.usable("one engine for several runs");
    }

    @Override
    public Optional<String> unsupported(ComputationGraph model) {
        return Optional.empty();
    }

    @Override
    public Engine create(ComputationGraph model, EngineSettings settings) {
        synchronized (SharedEngine.class) {
            if (engine == null) {
                engine = new EngineRequest(kind, settings).open(model);
            } else {
                engine.importFrom(model);
            }
            return shared(engine);
        }
    }

    /** Doesn't close it, since another run may be using it. */
    private static Engine shared(Engine engine) {
        ClassLoader loader = Engine.class.getClassLoader();
        return (Engine) Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Engine.class},
                (proxy, method, arguments) ->
                        method.getName().equals("close") ? null : call(engine, method, arguments));
    }

    private static Object call(Engine engine, Method method, Object[] arguments) throws Throwable {
        try {
            return THREAD.submit(() -> method.invoke(engine, arguments)).get();
        } catch (ExecutionException e) {
            boolean thrown = e.getCause() instanceof InvocationTargetException;
            throw thrown ? e.getCause().getCause() : e.getCause();
        }
    }
}

package org.steadygrad.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A case in one mode of a peer, timed by the peer itself. */
final class PeerSide implements Side {
    private static final double NANOS_PER_MILLI = 1e6;
    private static int opened;

    private final String name;
    private final PeerProcess peer;
    private final int id;
    private double loss;

    /**
     * @param mode "eager", "compile" or "graph"
     * @param copy whether every step copies the batch from the host, as ours does
     */
    PeerSide(PeerProcess peer, String peerName, String mode, Workload workload, boolean copy) {
        this.peer = peer;
        name = peerName + "-" + mode;
        id = nextId();
        JsonNode answer = peer.ask("open", Map.of("id", id, "mode", mode, "case", describe(workload, copy)));
        loss = answer.path("loss").asDouble();
    }

    private static synchronized int nextId() {
        opened++;
        return opened;
    }

    /** What the peer has to build. */
    static Map<String, Object> describe(Workload workload, boolean copy) {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (workload instanceof Workload.Recurrent model) {
            facts.put("kind", "recurrent");
            facts.put("cell", model.cell().title());
            facts.put("layers", model.layers());
            facts.put("bidirectional", model.bidirectional());
            facts.put("vocabulary", model.vocabulary());
            facts.put("classes", model.classes());
            facts.put("steps", model.steps());
            facts.put("batch", model.batch());
            facts.put("input", model.input());
            facts.put("hidden", model.hidden());
        } else {
            boolean update = workload instanceof Workload.Update;
            Workload.Dense model = update ? ((Workload.Update) workload).model() : (Workload.Dense) workload;
            facts.put("kind", update ? "update" : "dense");
            facts.put("depth", model.depth());
            facts.put("width", model.width());
            facts.put("batch", model.batch());
            facts.put("classes", Workload.CLASSES);
            facts.put("activation", model.activation().name().toLowerCase(Locale.ROOT));
            facts.put("batchNorm", model.batchNorm());
            facts.put("residual", model.residual());
        }
        facts.put("copy", copy);
        return facts;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void step() {
        run(1);
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public long run(int steps) {
        JsonNode answer = peer.ask("run", Map.of("id", id, "steps", steps));
        loss = answer.path("loss").asDouble();
        return (long) (answer.path("ms").asDouble() * NANOS_PER_MILLI);
    }

    @Override
    public void close() {
        peer.ask("close", Map.of("id", id));
    }
}

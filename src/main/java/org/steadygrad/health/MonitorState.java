package org.steadygrad.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;
import org.steadygrad.engine.StepTrace;

/**
 * What a resumed run needs of a {@link HealthMonitor}.
 *
 * @param counts observed, traced and skipped steps
 * @param trace of the latest full look; null before the first
 */
record MonitorState(
        List<Long> counts,
        FindingLog.State findings,
        StepHistory.State history,
        DataRules.State data,
        ValidationRules.State validation,
        boolean explodesFromTheStart,
        Map<String, TimeRules.Reach> reaches,
        SavedTrace trace) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param nonFinite null when there was no such value */
    record SavedTrace(
            List<StepTrace.LayerTrace> layers,
            List<StepTrace.TimeProfile> profiles,
            StepTrace.NonFiniteOrigin nonFinite) {
        static SavedTrace of(StepTrace trace) {
            return new SavedTrace(
                    trace.layers(), trace.profiles(), trace.nonFinite().orElse(null));
        }

        StepTrace trace() {
            return new StepTrace(layers, profiles, Optional.ofNullable(nonFinite));
        }
    }

    JsonNode json() {
        return JSON.valueToTree(this);
    }

    /** @throws InvalidInputException when it is something else */
    static MonitorState read(JsonNode json) {
        MonitorState read;
        try {
            read = JSON.treeToValue(json, MonitorState.class);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException("HealthMonitor: the saved state can't be read: " + Reason.of(e), e);
        }
        boolean whole = read.counts != null
                && read.counts.size() == 3
                && read.findings != null
                && read.history != null
                && read.data != null
                && read.validation != null
                && read.reaches != null;
        if (!whole) {
            throw InvalidInputException.of(
                    "HealthMonitor", "the state of a health monitor", json.toString(), "Start without resuming.");
        }
        return read;
    }
}

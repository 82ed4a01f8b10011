package org.steadygrad.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.steadygrad.check.Counted;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What one traced step tells about the gradient through time.
 *
 * <p>The horizon of a profile is the number of steps from the one where the gradient starts (the last; for the backward
 * direction of a bidirectional layer the first) to the first one from which on, going back, the norm stays below
 * {@code time.reach} of its maximum: how far back the layer learns from. A layer with a loss at every step has a gradient
 * everywhere, and its horizon is the length.
 *
 * <ul>
 *   <li>{@code vanishing-through-time}: the horizon is less than three quarters of at least {@value #MIN_STEPS} steps and the far
 *       end has less than {@code time.total} of the maximum. It is an error when the lag that the task needs is known,
 *       what arrives there is less than {@value #LOST} of the maximum, nothing but rounding, and training doesn't mend it:
 *       after {@value #PATIENCE} looks it is still no more than {@value #MENDED} times what it was at the first. Gated
 *       cells learn to remember, and then it is many times more.
 *   <li>{@code exploding-through-time}: the maximum is more than 1 / {@code time.total} times the norm at the start, and
 *       grew by more than {@code time.exploding} per step.
 *   <li>{@code short-truncation}: the lag that the task needs is longer than the window of truncated back-propagation; or
 *       the gradient at its far end shows that it would go on. Where every step has a loss it still grows there, by more
 *       than {@code time.truncation} from the middle of the window; else it is {@value #STILL_LARGE} of its maximum or
 *       more.
 * </ul>
 */
final class TimeRules {
    static final int MIN_STEPS = 10;
    /** Share of the maximum that is lost in the rounding of 32-bit floats. */
    static final double LOST = 1e-7;

    static final int PATIENCE = 8;
    static final double MENDED = 10;
    static final double STILL_LARGE = 0.1;
    /** Share of a sequence that a gradient reaches over, if it vanishes, at most. */
    static final double FAR = 0.75;

    private final HealthSpec.Time spec;
    private final RunFacts facts;
    private final OptionalInt lag;
    private final Map<String, Reach> reaches = new LinkedHashMap<>();

    /**
     * What arrives at the lag, as a share of the maximum.
     *
     * @param first at the first look
     * @param now at the latest one
     * @param looks number of looks
     */
    record Reach(double first, double now, int looks) {
        private Reach next(double ratio) {
            return new Reach(first, ratio, looks + 1);
        }

        private boolean hopeless() {
            return looks >= PATIENCE && now < LOST && now <= MENDED * first;
        }
    }

    TimeRules(HealthSpec.Time spec, RunFacts facts) {
        this.spec = spec;
        this.facts = facts;
        lag = spec.lag() == null ? facts.lag() : OptionalInt.of(spec.lag());
    }

    List<Finding> look(List<TimeProfile> profiles) {
        List<Finding> found = new ArrayList<>();
        for (TimeProfile profile : profiles) {
            TimeCourse course = TimeCourse.of(profile);
            if (lag.isPresent() && course.finite() && course.max() > 0) {
                double ratio = course.at(lag.getAsInt()) / course.max();
                reaches.merge(name(profile), new Reach(ratio, ratio, 1), (known, n) -> known.next(ratio));
            }
            if (course.length() >= MIN_STEPS && course.finite()) {
                look(profile, course, found);
            }
            if (facts.window() > 0 && course.finite()) {
                truncation(profile, course, found);
            }
        }
        return found;
    }

    /** Steps over which the gradient reaches back; the whole length when it reaches to the far end. */
    int horizon(TimeProfile profile) {
        return TimeCourse.of(profile).horizon(spec.reach());
    }

    /** By layer and direction. */
    Map<String, Integer> horizons(List<TimeProfile> profiles) {
        Map<String, Integer> horizons = new LinkedHashMap<>();
        profiles.forEach(p -> horizons.put(name(p), horizon(p)));
        return horizons;
    }

    /** The profiles as looks tell them. */
    List<Look.Profile> withHorizons(List<TimeProfile> profiles) {
        return profiles.stream()
                .map(p -> new Look.Profile(p.layer(), p.direction(), horizon(p), p.steps(), p.norms()))
                .toList();
    }

    /** The layer, with its direction where there are two. */
    static String name(TimeProfile profile) {
        return profile.layer() + (profile.direction().equals("backward") ? " (backward)" : "");
    }

    private void look(TimeProfile profile, TimeCourse course, List<Finding> found) {
        double growth = Math.pow(course.max() / course.start(), 1.0 / Math.max(1, course.stepsToMax()));
        boolean grows = course.max() * spec.total() > course.start() && course.start() > 0;
        if (grows && growth > spec.exploding()) {
            found.add(exploding(profile, course, growth));
        } else if (course.horizon(spec.reach()) < FAR * course.length() && course.end() < spec.total() * course.max()) {
            found.add(vanishing(profile, course));
        }
    }

    private static Finding exploding(TimeProfile profile, TimeCourse course, double growth) {
        return Finding.seen(
                FindingKind.EXPLODING_THROUGH_TIME,
                Severity.ERROR,
                profile.layer(),
                "Through time, the gradient of " + name(profile) + " grows by a factor of " + Finding.number(growth)
                        + " per step: from " + Finding.number(course.start()) + " to " + Finding.number(course.max())
                        + " over " + Counted.of(course.stepsToMax(), "step") + ".",
                Map.of(
                        "factorPerStep",
                        growth,
                        "steps",
                        (double) course.stepsToMax(),
                        "totalRatio",
                        course.max() / course.start()));
    }

    private Finding vanishing(TimeProfile profile, TimeCourse course) {
        int horizon = course.horizon(spec.reach());
        boolean hopeless =
                reaches.containsKey(name(profile)) && reaches.get(name(profile)).hopeless();
        Map<String, Double> evidence = new LinkedHashMap<>();
        evidence.put("horizon", (double) horizon);
        evidence.put("length", (double) course.length());
        evidence.put("farEndRatio", course.end() / course.max());
        lag.ifPresent(steps -> evidence.put("lag", (double) steps));
        return Finding.seen(
                FindingKind.VANISHING_THROUGH_TIME,
                hopeless ? Severity.ERROR : Severity.WARNING,
                profile.layer(),
                "The gradient of " + name(profile) + " reaches " + horizon + " of " + course.length()
                        + " steps back; what lies further back hardly counts in learning (at the far end it is "
                        + Finding.number(course.end() / course.max()) + " of its maximum)."
                        + (lag.isPresent() ? " The task needs " + Counted.of(lag.getAsInt(), "step") + "." : ""),
                evidence);
    }

    /** What a resumed run needs: by layer and direction. */
    Map<String, Reach> state() {
        return new LinkedHashMap<>(reaches);
    }

    void restore(Map<String, Reach> state) {
        reaches.clear();
        reaches.putAll(state);
    }

    private void truncation(TimeProfile profile, TimeCourse course, List<Finding> found) {
        Map<String, Double> evidence = new LinkedHashMap<>();
        evidence.put("window", (double) facts.window());
        String message = null;
        if (lag.isPresent() && lag.getAsInt() > facts.window()) {
            evidence.put("lag", (double) lag.getAsInt());
            message = "The task needs " + Counted.of(lag.getAsInt(), "step") + ", more than a window has.";
        } else if (course.length() >= MIN_STEPS && course.length() == facts.window()) {
            double end = course.around(1);
            double compared = facts.lossAtEveryStep() ? course.around(0.5) : course.max();
            double ratio = compared == 0 ? 0 : end / compared;
            evidence.put("ratio", ratio);
            message = ratio < (facts.lossAtEveryStep() ? spec.truncation() : STILL_LARGE)
                    ? null
                    : "At its far end the gradient is " + Finding.number(ratio) + " times that "
                            + (facts.lossAtEveryStep() ? "in the middle" : "at its maximum") + ".";
        }
        if (message != null) {
            found.add(Finding.seen(
                    FindingKind.SHORT_TRUNCATION,
                    Severity.WARNING,
                    profile.layer(),
                    "Windows of " + Counted.of(facts.window(), "step") + " cut the gradient of " + name(profile) + ". "
                            + message,
                    evidence));
        }
    }
}

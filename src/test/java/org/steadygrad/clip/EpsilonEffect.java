package org.steadygrad.clip;

/**
 * One parameter's way under an update rule, once with PyTorch's and once with DL4J's places of epsilon, in clipping and
 * in the rule; everything else of the two is the same formula. What separates the two ways is what may separate the two
 * libraries.
 */
final class EpsilonEffect {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;

    private final String rule;
    private final double rate;
    private final double decay;
    private final double epsilon;

    /** Running means of g and g^2: PyTorch's at 0, DL4J's at 1. */
    private final double[] first = new double[2];

    private final double[] second = new double[2];
    private final double[] moved = new double[2];
    private int step;

    /** @param decay of the running mean of RmsProp, or Nesterov's momentum */
    EpsilonEffect(String rule, double rate, double decay, double epsilon) {
        this.rule = rule;
        this.rate = rate;
        this.decay = decay;
        this.epsilon = epsilon;
        second[1] = rule.equals("rmsprop") ? epsilon : 0;
    }

    /** @return parameter after this step with DL4J's epsilon minus parameter with PyTorch's */
    double after(double torchGradient, double dl4jGradient) {
        step++;
        advance(0, torchGradient, 1);
        advance(1, dl4jGradient, 1 / Math.sqrt(1 - Math.pow(BETA2, step)));
        return moved[1] - moved[0];
    }

    private void advance(int library, double gradient, double adamEpsilons) {
        if (rule.startsWith("adam")) {
            first[library] = BETA1 * first[library] + (1 - BETA1) * gradient;
            second[library] = BETA2 * second[library] + (1 - BETA2) * gradient * gradient;
            double mean = first[library] / (1 - Math.pow(BETA1, step));
            double root = Math.sqrt(second[library] / (1 - Math.pow(BETA2, step)));
            moved[library] -= rate * mean / (root + epsilon * adamEpsilons);
        } else if (rule.equals("rmsprop")) {
            second[library] = decay * second[library] + (1 - decay) * gradient * gradient;
            moved[library] -= rate * gradient / (Math.sqrt(second[library]) + epsilon);
        } else {
            first[library] = decay * first[library] + gradient;
            moved[library] -= rate * (gradient + decay * first[library]);
        }
    }
}

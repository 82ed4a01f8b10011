/* What findings mean in plain words, and which chart shows them: the first of those named that the page has. */
(function (sg) {
    'use strict';

    var FLOW = ['layer-gradients', 'gradient-norm'];
    var TIME = ['time', 'gradient-norm'];
    var UPDATES = ['updates', 'gradient-norm'];

    var KNOWN = {
        'bad-input': ['Bad values in the data', 'Some of the input is NaN, infinite or absurdly large. Whatever the network does with it is spoilt.', ['loss', 'gradient-norm']],
        'constant-input': ['An input that never changes', 'A feature has the same value in every example. Nothing can be learned from it, and scaling it divides by nothing.', ['loss']],
        'poor-initialisation': ['A poor start', 'Before the first step already, signals grow or fade from layer to layer. What reaches the far end is too much or too little to learn from.', ['signal', 'layer-gradients']],
        'all-zero': ['All zero', 'A whole layer is zero: no signal or no gradient goes through it, so nothing before it can learn.', ['dead', 'layer-gradients', 'updates']],
        'repeated-batch': ['The same batch again and again', 'The network sees the same examples at every step and learns them by heart.', ['loss']],
        'mask-ignored': ['Padding taken for data', 'DL4J itself reads masked time steps like any others in some layers of this network. Its numbers depend on how long the other sequences of a batch are.', ['loss']],
        'leaking-target': ['The answer is among the inputs', 'A feature is what is to be predicted. The network copies it, and its scores say nothing of data whose answer is not known yet.', ['loss']],
        'unmasked-padding': ['Padding taken for data', 'Most sequences end with rows that are all the same. The network has to remember over them what it saw before.', ['time', 'loss']],
        'stalled-input': ['Waiting for data', 'Most of the time goes into waiting for the next batch rather than into training.', ['seconds']],
        'vanishing-gradient': ['The gradient vanishes', 'On its way back from the output the gradient shrinks from layer to layer. The layers near the input get next to nothing and stay as they were initialised.', FLOW],
        'exploding-gradient': ['The gradient explodes', 'On its way back from the output the gradient grows from layer to layer. Layers near the input are thrown about by every step.', FLOW],
        'dead-units': ['Dead units', 'Many units put out zero for every example. No gradient passes them, so they will not come back by themselves.', ['dead', 'signal']],
        'saturation': ['Saturated units', 'Many outputs are at the end of their range, where the activation function is flat and lets hardly any gradient through.', ['saturated', 'signal']],
        'non-finite': ['Numbers overflowed', 'A loss, an activation or a gradient became infinite or NaN. Such a step must not change the parameters.', ['loss', 'gradient-norm']],
        'gradient-underflow': ['The gradient underflows', 'Elements of the gradient are too small for 16-bit floats and become exactly zero.', ['layer-gradients', 'updates']],
        'vanishing-through-time': ['The gradient fades through time', 'Going back through the sequence the gradient fades away. What happened earlier than its reach cannot be learned.', TIME],
        'exploding-through-time': ['The gradient explodes through time', 'Going back through the sequence the gradient grows with every time step. One odd sequence can undo what was learned.', TIME],
        'short-truncation': ['Sequences are cut too short', 'Truncated back-propagation cuts the gradient where it is still large: longer dependencies are lost.', TIME],
        'gradient-spikes': ['The gradient spikes', 'Now and then the gradient is many times its usual size. Unclipped, one such step can undo what hundreds have learned.', ['gradient-norm', 'loss']],
        'updates-too-small': ['Steps are too small', 'A step changes the weights by next to nothing of their size. Training would take for ever.', UPDATES],
        'updates-too-large': ['Steps are too large', 'A step changes the weights by a large part of their size. Learning turns into jumping about.', UPDATES],
        'unchanging-parameter': ['A parameter that never changes', 'Nothing reaches this parameter: no gradient, or a learning rate of zero.', UPDATES],
        'oscillating-loss': ['The loss jumps', 'From step to step the loss jumps up and down without getting better.', ['loss']],
        'loss-spikes': ['The loss spikes', 'Now and then the loss leaps up and comes back. Steps are at the edge of what training bears.', ['loss']],
        'class-imbalance': ['A class that is never named', 'The model tells a rare class apart, yet never names it. The accuracy looks good, for it is that of always naming the others.', ['loss']],
        'loss-plateau': ['The loss does not fall', 'For a long time the loss has not moved: what is trained does not reach it.', ['loss']],
        'diverging-loss': ['The loss runs away', 'The loss grows instead of falling. Left alone, it will become infinite.', ['loss']],
        'learning-rate-too-high': ['The learning rate is too high', 'Steps overshoot: the loss jumps or grows rather than falls.', ['loss', 'updates']],
        'learning-rate-too-low': ['The learning rate is too low', 'The loss falls steadily but far too slowly; larger steps would be safe.', ['loss', 'updates']],
        'clip-always': ['Almost every step is clipped', 'The clip acts on nearly every step: its threshold, not the learning rate, sets the pace.', ['gradient-norm']],
        'clip-never': ['The clip never acts', 'No step was clipped: the threshold lies above all that was seen.', ['gradient-norm']],
        'overfitting': ['Overfitting', 'The training loss goes on falling while the validation loss grows: examples are learned by heart.', ['loss']]
    };

    var SEVERITIES = { ERROR: 'Error', WARNING: 'Warning', INFO: 'Note' };

    /** Findings of the same kind and severity on several layers as one: [{id, severity, title, meaning, members, charts}]. */
    function grouped(findings) {
        var groups = [];
        findings.forEach(function (f) {
            var key = f.severity + '/' + f.id + (f.endIteration ? '/ended' : '');
            var group = groups.filter(function (g) { return g.key === key; })[0];
            if (!group) {
                var known = KNOWN[f.id] || [f.id.replace(/-/g, ' '), '', ['loss']];
                group = {
                    key: key, id: f.id, severity: f.severity, ended: f.endIteration > 0, label: SEVERITIES[f.severity] || f.severity, title: known[0],
                    meaning: known[1], wanted: known[2], members: []
                };
                groups.push(group);
            }
            group.members.push(f);
        });
        return groups;
    }

    /** Id of the chart that shows a finding; null when the page has none. */
    function chartOf(group, charts) {
        var layer = group.members[0].layer;
        for (var i = 0; i < group.wanted.length; i++) {
            var fits = charts.filter(function (c) {
                return c.panels.length > 0 && (c.id === group.wanted[i] || c.family === group.wanted[i]);
            });
            var exact = fits.filter(function (c) { return layer && c.layer === layer; });
            if (fits.length) {
                return (exact[0] || fits[0]).id;
            }
        }
        return charts.length ? charts[0].id : null;
    }

    /** A change of the run file as the command line takes it. */
    function assignment(change) {
        return "--set '" + String(change).replace(/'/g, "'\\''") + "'";
    }

    Object.assign(sg, { findings: { grouped: grouped, chartOf: chartOf, assignment: assignment, known: KNOWN } });
}(steadygrad));

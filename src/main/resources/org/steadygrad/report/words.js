/* What the page says about runs beside its charts. Text only: nothing of it is HTML. */
(function (sg) {
    'use strict';

    var STATES = { running: 'running', finished: 'finished', stopped: 'stopped early', unfinished: 'unfinished' };

    function times(count, what) {
        return sg.whole(count) + ' ' + what + (count === 1 ? '' : 's');
    }

    /** A sentence or two below the verdict. */
    function summary(view) {
        var words = [];
        if (view.state === 'unfinished') {
            words.push('The run has no result: it goes on, was killed, or failed. This is what it wrote so far.');
        }
        if (view.outcome && view.outcome.stopReason) {
            words.push('It ended after ' + times(view.progress.iteration, 'step') + ': ' + view.outcome.stopReason + '.');
        }
        var holding = view.findings.filter(function (f) { return !f.endIteration; });
        var errors = holding.filter(function (f) { return f.severity === 'ERROR'; }).length;
        if (!holding.length) {
            words.push(!view.progress.iteration ? '' : view.findings.length ? 'What stood out on the way was overcome.'
                : 'Nothing about its gradients stood out.');
        } else {
            words.push(errors ? 'Below, the gravest first, is what went wrong and what to try.' : 'What could be better stands below.');
        }
        return words.join(' ');
    }

    function validationLoss(view) {
        if (view.outcome && typeof view.outcome.validation.loss === 'number') {
            return view.outcome.validation.loss;
        }
        return view.validation.loss ? sg.last(view.validation.loss.mean) : null;
    }

    function stepTime(view) {
        return typeof view.progress.secondsPerStep === 'number' ? view.progress.secondsPerStep : null;
    }

    /** Seconds that the steps take that are planned and not made; null when there is no saying. */
    function remaining(view) {
        var time = stepTime(view);
        return view.state === 'running' && view.progress.planned > 0 && time !== null
            ? Math.max(0, view.progress.planned - view.progress.iteration) * time : null;
    }

    function duration(seconds) {
        return seconds < 1 ? sg.number(1000 * seconds) + ' ms' : seconds < 120 ? sg.number(seconds) + ' s'
            : seconds < 7200 ? Math.round(seconds / 60) + ' min' : sg.number(seconds / 3600) + ' h';
    }

    /** Key numbers: [[name, value, more]]. */
    function numbers(view) {
        var p = view.progress;
        var e = view.environment;
        var list = [];
        var steps = Math.max(1, p.iteration);
        list.push(['Steps', sg.whole(p.iteration) + (view.state === 'running' && p.planned > 0 ? ' of ' + sg.whole(p.planned) : ''),
            'epoch ' + (p.epoch + 1)]);
        list.push(['Training loss', sg.exact(p.lastLoss), 'at first ' + sg.exact(p.firstLoss)]);
        var validation = validationLoss(view);
        if (validation !== null) {
            list.push(['Validation loss', sg.exact(validation), p.bestIteration ? 'best at step ' + sg.whole(p.bestIteration) : '']);
        }
        list.push(['Clipped', sg.percent(p.clipped / steps), 'of the steps']);
        list.push(['Skipped', p.skipped ? times(p.skipped, 'step') : 'none', p.skipped ? sg.percent(p.skipped / steps) + ' of them' : '']);
        var time = stepTime(view);
        if (time !== null) {
            list.push(['Time per step', duration(time), view.outcome ? 'once warm; ' + duration(view.outcome.seconds) + ' in all' : 'once warm']);
            var left = remaining(view);
            if (left !== null) {
                list.push(['Time left', duration(left), 'if every step is made, without validations']);
            }
        }
        if (e.engine) {
            list.push(['Model', sg.whole(e.parameters), 'parameters']);
            list.push(['Engine', e.engine, e.device]);
        }
        return list;
    }

    /** Validation metrics of the model that is kept, or the latest. */
    function scored(view) {
        if (view.outcome) {
            return view.outcome.validation;
        }
        var latest = {};
        Object.keys(view.validation).forEach(function (metric) { latest[metric] = sg.last(view.validation[metric].mean); });
        return latest;
    }

    /** Names of all metrics but the loss. */
    function metrics(views) {
        var names = [];
        views.forEach(function (view) {
            Object.keys(scored(view)).forEach(function (metric) {
                if (metric !== 'loss' && names.indexOf(metric) < 0) {
                    names.push(metric);
                }
            });
        });
        return names;
    }

    /** Results of several runs: {head, rows}. */
    function results(views) {
        var row = function (name, value) { return [name].concat(views.map(value)); };
        return {
            head: [''].concat(views.map(function (v) { return v.name; })),
            rows: [
                row('training loss at the end', function (v) { return sg.number(v.progress.lastLoss); }),
                row('validation loss', function (v) { var value = validationLoss(v); return value === null ? '–' : sg.number(value); }),
            ].concat(metrics(views).map(function (metric) {
                return row('validation ' + metric, function (v) { var value = scored(v)[metric]; return typeof value === 'number' ? sg.number(value) : '–'; });
            })).concat([
                row('best guess', function (v) { return v.baselines.length ? v.baselines[0].name : '–'; }),
                row('loss of that', function (v) {
                    var best = v.baselines[0];
                    var value = best && (typeof best.validation.loss === 'number' ? best.validation.loss : best.trainingLoss);
                    return typeof value === 'number' ? sg.number(value) : '–';
                }),
                row('steps', function (v) { return sg.whole(v.progress.iteration); }),
                row('clipped', function (v) { return sg.percent(v.progress.clipped / Math.max(1, v.progress.iteration)); }),
                row('skipped', function (v) { return sg.whole(v.progress.skipped); }),
                row('time per step', function (v) { var time = stepTime(v); return time === null ? '–' : duration(time); }),
                row('parameters', function (v) { return v.environment.parameters ? sg.whole(v.environment.parameters) : '–'; }),
                row('engine', function (v) { return v.environment.engine || '–'; }),
                row('findings', function (v) {
                    var ended = v.findings.filter(function (f) { return f.endIteration; }).length;
                    return (v.findings.length - ended || 'none') + (ended ? ', ' + ended + ' ended' : '');
                })
            ])
        };
    }

    /** Keys of the run files whose values aren't all the same: {head, rows}. */
    function differences(views) {
        var keys = [];
        views.forEach(function (v) {
            Object.keys(v.configuration.values).forEach(function (key) {
                if (keys.indexOf(key) < 0) {
                    keys.push(key);
                }
            });
        });
        var rows = keys.map(function (key) {
            return [key].concat(views.map(function (v) {
                var value = v.configuration.values[key];
                return value === undefined ? '–' : value;
            }));
        }).filter(function (row) { return row.slice(2).some(function (value) { return value !== row[1]; }); });
        return { head: ['key'].concat(views.map(function (v) { return v.name; })), rows: rows };
    }

    /** What the guard did, in the order in which it did it: [[step, what, in words]]. */
    function interventions(view) {
        var list = [];
        Object.keys(view.events).forEach(function (kind) {
            if (kind !== 'skipped' && kind !== 'checkpoint' && kind !== 'stopped') {
                view.events[kind].marks.forEach(function (m) { list.push([m.x, sg.eventWords(kind), m.text]); });
            }
        });
        list.sort(function (a, b) { return a[0] - b[0]; });
        return list.map(function (row) { return [sg.whole(row[0]), row[1], row[2]]; });
    }

    /** medianRatio as people write it. */
    function name(key) {
        return key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
    }

    /** What is known of a finding beside its message. */
    function evidence(finding) {
        return Object.keys(finding.evidence).sort().map(function (key) {
            var value = finding.evidence[key];
            return [name(key), typeof value === 'number' ? sg.number(value) : String(value)];
        });
    }

    function seen(finding) {
        return finding.firstIteration > 0
            ? 'from step ' + sg.whole(finding.firstIteration) + (finding.endIteration ? ' to ' + sg.whole(finding.endIteration) : ' on')
                + ', seen ' + times(finding.count, 'time') : 'before the first step';
    }

    Object.assign(sg, {
        words: {
            STATES: STATES, summary: summary, numbers: numbers, results: results, differences: differences,
            interventions: interventions, evidence: evidence, seen: seen
        }
    });
}(steadygrad));

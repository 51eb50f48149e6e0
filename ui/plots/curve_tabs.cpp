// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/curve_tabs.h"

#include "ui/widgets/empty_state.h"

#include <QFrame>
#include <QGridLayout>
#include <QMenu>
#include <QTabBar>
#include <QToolButton>

#include <algorithm>

namespace diffuscope::ui {

namespace {

/// Of the sets, in the order of CurveSet.
const QStringList& setIds()
{
    static const QStringList ids{QStringLiteral("beta"), QStringLiteral("alphaBar"),
                                 QStringLiteral("coefficients"), QStringLiteral("snr"),
                                 QStringLiteral("noiseToSignal")};
    return ids;
}

}  // namespace

CurveTabs::CurveTabs(QMenu& drawMenu, QWidget* parent) : QWidget(parent)
{
    m_tabs = new QTabBar;
    m_tabs->setObjectName(QStringLiteral("curveTabs"));
    m_tabs->setAccessibleName(tr("Curve"));
    m_tabs->setExpanding(false);
    m_tabs->setUsesScrollButtons(true);
    m_tabs->setElideMode(Qt::ElideNone);
    addTab(tr("β"), tr("The variance β of the noise that training adds at each time t."));
    addTab(tr("ᾱ"),
           tr("How much of the image's variance is left at time t: the product of all 1 − β up to t."));
    addTab(tr("√ᾱ, √(1−ᾱ)"), tr("The factors of image and noise in the state x_t = √ᾱ·x₀ + √(1−ᾱ)·ε."));
    addTab(tr("SNR"), tr("Signal-to-noise ratio ᾱ/(1−ᾱ), on a logarithmic scale."));
    addTab(tr("σ/α"), tr("Noise over signal, the “sigma” of Karras et al. 2022, on a logarithmic scale."));
    m_tabs->setCurrentIndex(int(CurveSet::alphaBar));
    connect(m_tabs, &QTabBar::currentChanged, this, [this] { Q_EMIT chosen(set()); });

    auto* draw = new QToolButton;
    draw->setObjectName(QStringLiteral("drawButton"));
    draw->setText(tr("Draw ▾"));
    draw->setAccessibleName(tr("Draw the schedule"));
    draw->setToolTip(
        richTip(tr("Draw the schedule by hand: drag points of its curve, or start from another "
                   "schedule. The images follow.")));
    draw->setAutoRaise(true);
    draw->setFocusPolicy(Qt::TabFocus);
    connect(draw, &QToolButton::clicked, &drawMenu, [&drawMenu, draw] {
        drawMenu.popup(draw->mapToGlobal(QPoint(0, draw->height() + 2)));
        // Its width is known now: it ends where the button does, inside the window.
        drawMenu.move(draw->mapToGlobal(QPoint(draw->width() - drawMenu.width(), draw->height() + 2)));
    });

    // The line under the tabs goes on under the button.
    auto* line = new QFrame;
    line->setFrameStyle(int(QFrame::HLine) | int(QFrame::Plain));
    line->setForegroundRole(QPalette::Mid);
    line->setFixedHeight(1);
    auto* cells = new QGridLayout(this);
    cells->setContentsMargins(0, 0, 0, 0);
    cells->setSpacing(0);
    cells->setColumnStretch(0, 1);
    cells->addWidget(m_tabs, 0, 0, 2, 1);
    cells->addWidget(draw, 0, 1, Qt::AlignCenter);
    cells->addWidget(line, 1, 1);
}

void CurveTabs::addTab(const QString& name, const QString& tip)
{
    m_tabs->setTabToolTip(m_tabs->addTab(name), richTip(tip));
}

CurveSet CurveTabs::set() const
{
    return CurveSet(std::max(m_tabs->currentIndex(), 0));
}

void CurveTabs::choose(CurveSet set)
{
    m_tabs->setCurrentIndex(int(set));
}

QString CurveTabs::id() const
{
    return setIds().at(int(set()));
}

void CurveTabs::chooseById(const QString& id)
{
    if (const auto place = setIds().indexOf(id); place >= 0)
        m_tabs->setCurrentIndex(int(place));
}

}  // namespace diffuscope::ui
